project_id      = "your-project"
cluster_name    = "your-cluster"
location        = "us-east1"
release_channel = "REGULAR"

network_name        = "your-cluster-network"
subnet_name         = "your-cluster-nodes"
subnet_range        = "10.0.0.0/20"
pods_range_name     = "pods"
pods_range          = "10.4.0.0/14"
services_range_name = "services"
services_range      = "10.0.32.0/20"

node_service_account_id = "your-cluster-nodes"

node_pools = {
  "lab" = {
    machine_type   = "e2-standard-2"
    nodes_per_zone = 1
    disk_type      = "pd-balanced"
    disk_size_gb   = 50
    image_type     = "COS_CONTAINERD"
    spot           = false
  }
}

labels = {
  "purpose" = "lab"
}

deletion_protection = false
