//! `alerting:` and `logSink:` what Cloud Monitoring and Cloud Logging would refuse.

use super::refused::{each, fine};

#[test]
fn an_alert_of_one_kind_has_no_words_of_the_other() {
    each(&[
        (
            "alerting: {threshold: {value: 3}}",
            "needs 1:23",
            "alert on the metric",
        ),
        (
            "alerting: {condition: log-match, threshold: {}}",
            "excluded 1:45",
            "no threshold",
        ),
        (
            "alerting: {condition: metric-threshold, notificationRateLimitSeconds: 60}",
            "excluded 1:71",
            "no notification rate limit",
        ),
        (
            "alerting: {condition: metric-treshold}",
            "bad-value 1:23",
            "not a value of `condition`",
        ),
        (
            "alerting: {condition: metric-threshold, threshold: {alignmentPeriodMinutes: 0}}",
            "bad-value 1:77",
            "out of bounds",
        ),
        (
            "alerting: {condition: metric-threshold, threshold: {durationMinutes: 1411}}",
            "bad-value 1:70",
            "out of bounds",
        ),
        (
            "alerting: {condition: metric-threshold, threshold: {durationMinutes: 1406}}",
            "bad-value 1:70",
            "1411 minutes",
        ),
        (
            "alerting: {condition: metric-threshold, threshold: {alignmentPeriodMinutes: 5, durationMinutes: 1406}}",
            "bad-value 1:97",
            "1411 minutes",
        ),
    ]);
    fine(&[
        "alerting: {condition: log-match, notificationRateLimitSeconds: 60}",
        "alerting: {condition: metric-threshold}",
        "alerting: {condition: metric-threshold, threshold: {value: 0, alignmentPeriodMinutes: 1410, durationMinutes: 0}}",
        "alerting: {condition: metric-threshold, threshold: {durationMinutes: 1405}}",
    ]);
}

#[test]
fn a_sink_ships_where_a_role_can_be_given() {
    each(&[
        ("logSink: {}", "missing-key 1:10", "destination"),
        (
            "logSink: {destination: my-topic}",
            "bad-value 1:24",
            "no destination of a log sink",
        ),
        (
            "logSink: {destination: bigquery.googleapis.com/projects/your-project/datasets/logs}",
            "bad-value 1:24",
            "BigQuery",
        ),
        (
            "logSink: {destination: logging.googleapis.com/projects/another-project}",
            "bad-value 1:24",
            "whole project",
        ),
        (
            "logSink: {destination: pubsub.googleapis.com/projects/123456/topics/logs}",
            "bad-value 1:24",
            "project id",
        ),
        (
            "logSink: {destination: pubsub.googleapis.com/projects/your-project/topics/google}",
            "bad-value 1:24",
            "Pub/Sub topic",
        ),
        (
            "logSink: {destination: storage.googleapis.com/Logs}",
            "bad-value 1:24",
            "Cloud Storage bucket",
        ),
        (
            "logSink: {destination: logging.googleapis.com/projects/your-project/locations/global/buckets/_Required}",
            "bad-value 1:24",
            "log bucket",
        ),
        (
            "logSink: {destination: logging.googleapis.com/projects/your-project/locations/EU/buckets/b}",
            "bad-value 1:24",
            "location of a log bucket",
        ),
        (
            "logSink: {name: a/b, destination: storage.googleapis.com/logs}",
            "bad-value 1:17",
            "log sink",
        ),
        (
            "logSink: {connections: deny, destination: storage.googleapis.com/logs}",
            "bad-value 1:24",
            "not a value of `connections`",
        ),
    ]);
    fine(&[
        "logSink: {destination: pubsub.googleapis.com/projects/another-project/topics/policy-log}",
        "logSink: {destination: storage.googleapis.com/logs.example.com, connections: denied}",
        "logSink: {name: 1.x_-, destination: logging.googleapis.com/projects/my-project/locations/eu/buckets/_Default}",
    ]);
}
