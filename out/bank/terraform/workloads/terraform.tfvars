project_id   = "your-project"
cluster_name = "your-bank-cluster"
location     = "us-west1"
