# A module of its own: the kubernetes provider needs the cluster's API when it plans, so the cluster
# has to be there before. Apply ../cluster first, and destroy it last.
terraform {
  required_version = ">= 1.7, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }

    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.38, < 4.0"
    }

    # Waits until load balancers are gone for good.
    time = {
      source  = "hashicorp/time"
      version = ">= 0.9, < 1.0"
    }
  }

  # backend "gcs" {
  #   bucket = "your-terraform-state"
  #   prefix = "dplab/workloads"
  # }
}

provider "google" {
  project = var.project_id
}

data "google_client_config" "lab" {}

data "google_container_cluster" "lab" {
  project  = var.project_id
  name     = var.cluster_name
  location = var.location
}

provider "kubernetes" {
  host                   = "https://${data.google_container_cluster.lab.endpoint}"
  token                  = data.google_client_config.lab.access_token
  cluster_ca_certificate = base64decode(data.google_container_cluster.lab.master_auth[0].cluster_ca_certificate)
}
