project_id      = "your-project"
cluster_name    = "your-autopilot-cluster"
location        = "us-central1"
release_channel = "REGULAR"

network_name        = "your-autopilot-cluster-network"
subnet_name         = "your-autopilot-cluster-nodes"
subnet_range        = "10.16.0.0/20"
pods_range_name     = "pods"
pods_range          = "10.20.0.0/16"
services_range_name = "services"
services_range      = "10.16.16.0/20"

node_service_account_id = "your-autopilot-cluster-nodes"

deletion_protection = false
