project_id   = "your-project"
cluster_name = "your-gateway-cluster"
location     = "europe-west1-c"
