project_id      = "your-project"
cluster_name    = "your-gateway-cluster"
location        = "europe-west1-c"
release_channel = "REGULAR"

network_name        = "your-gateway-cluster-network"
subnet_name         = "your-gateway-cluster-nodes"
subnet_range        = "10.72.0.0/20"
pods_range_name     = "pods"
pods_range          = "10.76.0.0/16"
services_range_name = "services"
services_range      = "10.72.16.0/20"

node_service_account_id = "your-gateway-cluster-nodes"

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
