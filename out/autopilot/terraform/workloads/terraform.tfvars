project_id   = "your-project"
cluster_name = "your-autopilot-cluster"
location     = "us-central1"
