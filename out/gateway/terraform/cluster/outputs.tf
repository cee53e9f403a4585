output "project_id" {
  description = "Id of the project."
  value       = var.project_id
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = google_container_cluster.lab.name
}

output "location" {
  description = "Region or zone of the cluster."
  value       = google_container_cluster.lab.location
}

output "master_version" {
  description = "Version of the control plane."
  value       = google_container_cluster.lab.master_version
}

output "endpoint" {
  description = "Address of the control plane."
  value       = google_container_cluster.lab.endpoint
  sensitive   = true
}

output "cluster_ca_certificate" {
  description = "Certificate of the control plane's authority, in base64."
  value       = one(google_container_cluster.lab.master_auth[*].cluster_ca_certificate)
  sensitive   = true
}

output "node_service_account" {
  description = "E-mail address of the nodes' service account."
  value       = google_service_account.nodes.email
}

output "get_credentials" {
  description = "The command that points kubectl at the cluster."
  value       = "gcloud container clusters get-credentials ${google_container_cluster.lab.name} --location=${google_container_cluster.lab.location} --project=${var.project_id}"
}
