locals {
  # Finds what GKE writes about a connection that a policy denied.
  denied_filter = join(" ", [
    "resource.type=\"k8s_node\"",
    "resource.labels.location=\"${var.location}\"",
    "resource.labels.cluster_name=\"${var.cluster_name}\"",
    "logName=\"projects/${var.project_id}/logs/policy-action\"",
    "jsonPayload.disposition=\"deny\"",
    format("jsonPayload.dest.pod_name=~%q", "^ledger-db-[0-9]+$"),
  ])
}

resource "google_logging_metric" "denied" {
  project     = var.project_id
  name        = "bank-ledger-denied"
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

# The alert matches log entries itself. One on the metric would have to wait up to ten minutes until
# Cloud Monitoring knows the new metric.
resource "google_monitoring_alert_policy" "denied" {
  project      = var.project_id
  display_name = "bank: denied connection to the ledger"
  combiner     = "OR"
  severity     = "WARNING"

  user_labels = {
    dplab = var.cluster_name
  }

  conditions {
    display_name = "bank: denied connection to the ledger"

    condition_matched_log {
      filter = local.denied_filter
    }
  }

  alert_strategy {
    notification_rate_limit {
      period = "300s"
    }
  }

  depends_on = [google_project_service.lab]
}
