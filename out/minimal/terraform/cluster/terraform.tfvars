project_id      = "your-project"
cluster_name    = "minimal"
location        = "us-east1-b"
release_channel = "REGULAR"

network_name        = "minimal-network"
subnet_name         = "minimal-nodes"
subnet_range        = "10.0.0.0/20"
pods_range_name     = "pods"
pods_range          = "10.4.0.0/14"
services_range_name = "services"
services_range      = "10.0.32.0/20"

node_service_account_id = "minimal-nodes"

node_pools = {
  "lab" = {
    machine_type   = "e2-standard-2"
    nodes_per_zone = 3
    disk_type      = "pd-balanced"
    disk_size_gb   = 50
    image_type     = "COS_CONTAINERD"
    spot           = false
  }
}

deletion_protection = false
