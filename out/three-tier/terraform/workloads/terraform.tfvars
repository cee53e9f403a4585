project_id   = "your-project"
cluster_name = "your-three-tier-cluster"
location     = "europe-west4-b"
