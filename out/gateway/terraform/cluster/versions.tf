# One version of the provider may read the state of another only forwards, so both ends are held.
# What is written here passes the schemas of google 6.50 and of 7.x.
terraform {
  required_version = ">= 1.7, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }

  # The state stays on this machine until you say where else. A bucket with versioning is usual:
  #
  # backend "gcs" {
  #   bucket = "your-terraform-state"
  #   prefix = "dplab/cluster"
  # }
}

provider "google" {
  project = var.project_id
  region  = local.region
}
