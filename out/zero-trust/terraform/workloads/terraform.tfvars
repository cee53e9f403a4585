project_id   = "your-project"
cluster_name = "your-zero-trust-cluster"
location     = "europe-west1"
