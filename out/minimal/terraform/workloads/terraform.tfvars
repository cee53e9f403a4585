project_id   = "your-project"
cluster_name = "minimal"
location     = "us-east1-b"
