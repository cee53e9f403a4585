# From the time it is made, Cloud Logging sends the cluster's policy log to one more place. That place
# is there already, and is not part of this state.
resource "google_logging_project_sink" "policy" {
  project                = var.project_id
  name                   = "three-tier-policy-log"
  description            = local.marker
  destination            = "pubsub.googleapis.com/projects/your-project/topics/policy-log"
  unique_writer_identity = true

  filter = join(" ", [
    "resource.type=\"k8s_node\"",
    "resource.labels.location=\"${var.location}\"",
    "resource.labels.cluster_name=\"${var.cluster_name}\"",
    "logName=\"projects/${var.project_id}/logs/policy-action\"",
  ])

  depends_on = [google_project_service.lab]
}

# Cloud Logging writes with one account for all sinks of a project: if another of its sinks ships there
# too, take this out of the state before you destroy the lab, or that sink loses its role.
resource "google_pubsub_topic_iam_member" "log_sink" {
  project = "your-project"
  topic   = "policy-log"
  role    = "roles/pubsub.publisher"
  member  = google_logging_project_sink.policy.writer_identity
}
