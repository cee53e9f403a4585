# GKE makes firewall rules and endpoint groups in this network that no state knows, and they keep it
# from being deleted. A destroy that stops here can be run again some minutes later; what is there
# even then goes with scripts/90-clean-up.sh, which knows this network by its description.
resource "google_compute_network" "lab" {
  # checkov:skip=CKV2_GCP_18:a network without automatic subnets has no default rules; GKE makes what it needs

  project                 = var.project_id
  name                    = var.network_name
  description             = local.marker
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"

  timeouts {
    delete = "20m"
  }

  depends_on = [google_project_service.lab]
}

resource "google_compute_subnetwork" "lab" {
  # checkov:skip=CKV_GCP_26:VPC flow logs cost more than the lab; policy logs show its connections

  project       = var.project_id
  name          = var.subnet_name
  description   = local.marker
  region        = local.region
  network       = google_compute_network.lab.id
  ip_cidr_range = var.subnet_range

  # Nodes reach Google's APIs and registries also where they have no external address.
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = var.pods_range_name
    ip_cidr_range = var.pods_range
  }

  secondary_ip_range {
    range_name    = var.services_range_name
    ip_cidr_range = var.services_range
  }

  timeouts {
    delete = "20m"
  }
}
