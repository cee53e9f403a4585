locals {
  # Finds what GKE writes about a connection that a policy denied.
  denied_filter = join(" ", [
    "resource.type=\"k8s_node\"",
    "resource.labels.location=\"${var.location}\"",
    "resource.labels.cluster_name=\"${var.cluster_name}\"",
    "logName=\"projects/${var.project_id}/logs/policy-action\"",
    "jsonPayload.disposition=\"deny\"",
    format("jsonPayload.dest.pod_name=~%q", "^database-[0-9]+$"),
  ])
}

resource "google_logging_metric" "denied" {
  project     = var.project_id
  name        = "three-tier-database-denied"
  description = local.marker
  filter      = local.denied_filter

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "direction"
      value_type  = "STRING"
      description = "ingress or egress"
    }
  }

  label_extractors = {
    direction = "EXTRACT(jsonPayload.connection.direction)"
  }

  depends_on = [google_project_service.lab]
}

# Cloud Monitoring refuses an alert on a metric that it doesn't know yet, and may take ten minutes
# until it knows a new one.
resource "time_sleep" "metric" {
  create_duration = "10m"

  triggers = {
    metric = google_logging_metric.denied.id
  }
}

# The alert stands on the metric, so it waits until Cloud Monitoring knows it.
resource "google_monitoring_alert_policy" "denied" {
  project      = var.project_id
  display_name = "three-tier: the database is being tried"
  combiner     = "OR"
  severity     = "WARNING"

  user_labels = {
    dplab = var.cluster_name
  }

  conditions {
    display_name = "three-tier: the database is being tried"

    condition_threshold {
      filter          = "resource.type=\"k8s_node\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.denied.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 3
      duration        = "0s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  depends_on = [google_project_service.lab, time_sleep.metric]
}
