project_id   = "your-project"
cluster_name = "your-cluster"
location     = "us-east1"
