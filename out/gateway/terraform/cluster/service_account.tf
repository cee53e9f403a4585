# Compute Engine's default account may edit the whole project. The nodes get one of their own that
# may write logs and metrics and pull images.
resource "google_service_account" "nodes" {
  project      = var.project_id
  account_id   = var.node_service_account_id
  display_name = "Nodes of ${var.cluster_name}"
  description  = local.marker

  depends_on = [google_project_service.lab]
}

resource "google_project_iam_member" "nodes" {
  for_each = toset([
    "roles/artifactregistry.reader",
    "roles/container.defaultNodeServiceAccount",
  ])

  project = var.project_id
  role    = each.value
  member  = google_service_account.nodes.member
}
