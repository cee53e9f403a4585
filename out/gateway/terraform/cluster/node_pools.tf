resource "google_container_node_pool" "lab" {
  for_each = var.node_pools

  project  = var.project_id
  name     = each.key
  cluster  = google_container_cluster.lab.name
  location = google_container_cluster.lab.location

  # Where GKE scales the pool, it starts with nodes_per_zone and goes its own way from there.
  node_count         = each.value.autoscaling == null ? each.value.nodes_per_zone : null
  initial_node_count = each.value.autoscaling == null ? null : each.value.nodes_per_zone

  dynamic "autoscaling" {
    for_each = each.value.autoscaling[*]

    content {
      min_node_count = autoscaling.value.min
      max_node_count = autoscaling.value.max
    }
  }

  # A release channel takes both for granted.
  management {
    auto_repair  = true
    auto_upgrade = true
  }

  node_config {
    machine_type = each.value.machine_type
    disk_type    = each.value.disk_type
    disk_size_gb = each.value.disk_size_gb
    image_type   = each.value.image_type
    spot         = each.value.spot
    labels       = each.value.labels

    # What the node may do is a matter of its account's roles, not of scopes.
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]

    # Pods see the metadata server of GKE, not the node's own: no pod gets at the node's account.
    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  lifecycle {
    ignore_changes = [initial_node_count]
  }

  depends_on = [google_project_iam_member.nodes]
}
