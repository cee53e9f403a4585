project_id      = "your-project"
cluster_name    = "your-three-tier-cluster"
location        = "europe-west4-b"
release_channel = "REGULAR"

network_name        = "your-three-tier-cluster-network"
subnet_name         = "your-three-tier-cluster-nodes"
subnet_range        = "10.48.0.0/20"
pods_range_name     = "pods"
pods_range          = "10.52.0.0/16"
services_range_name = "services"
services_range      = "10.48.16.0/20"

node_service_account_id = "your-three-tier-cluster-nodes"

node_pools = {
  "lab" = {
    machine_type   = "e2-standard-2"
    nodes_per_zone = 2
    disk_type      = "pd-balanced"
    disk_size_gb   = 50
    image_type     = "COS_CONTAINERD"
    spot           = false
  }
}

deletion_protection = false
