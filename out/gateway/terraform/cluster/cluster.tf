locals {
  lab = "gateway"

  # By these, the clean-up script knows what the lab made and may delete.
  marker = "made by dplab for the lab ${local.lab}"
  labels = merge(var.labels, { dplab = local.lab })

  # The region, also of a zone: us-east1 of us-east1-b.
  region = join("-", slice(split("-", var.location), 0, 2))
}

resource "google_container_cluster" "lab" {
  # checkov:skip=CKV_GCP_12:Dataplane V2 enforces network policies, the block it looks for is Calico's
  # checkov:skip=CKV_GCP_21:the labels are in local.labels
  # checkov:skip=CKV_GCP_65:groups as users need a Google Workspace domain, which a lab has not
  # checkov:skip=CKV_GCP_66:the lab runs images that no attestor has signed
  # checkov:skip=CKV_GCP_61:VPC flow logs cost more than the lab; policy logs show its connections
  # checkov:skip=CKV_GCP_25:the profile asks for no private nodes
  # checkov:skip=CKV_GCP_64:the profile asks for no private nodes
  # checkov:skip=CKV_GCP_20:the profile names no authorized networks

  project  = var.project_id
  name     = var.cluster_name
  location = var.location

  # Dataplane V2 enforces network policies itself. GKE refuses it together with Calico, so there
  # is no network_policy block here, not even one that says no. A change makes a new cluster.
  datapath_provider         = "ADVANCED_DATAPATH"
  networking_mode           = "VPC_NATIVE"
  network                   = google_compute_network.lab.id
  subnetwork                = google_compute_subnetwork.lab.id
  default_max_pods_per_node = 110

  ip_allocation_policy {
    cluster_secondary_range_name  = var.pods_range_name
    services_secondary_range_name = var.services_range_name
  }

  release_channel {
    channel = var.release_channel
  }

  # The release channel moves the cluster on from here.
  min_master_version = var.kubernetes_version

  # Nobody gets in by a certificate that nobody can revoke.
  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  # GKE can't make a cluster without a first pool. It is as small as can be and goes at once;
  # until then it stands on the nodes' own account, for Compute Engine's may be disabled. The lab's
  # pools are in node_pools.tf.
  remove_default_node_pool = true
  initial_node_count       = 1

  node_config {
    machine_type    = "e2-medium"
    disk_type       = "pd-standard"
    disk_size_gb    = 32
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]

    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  enable_shielded_nodes = true

  workload_identity_config {
    workload_pool = "${var.project_id}.svc.id.goog"
  }

  enable_fqdn_network_policy               = false
  enable_cilium_clusterwide_network_policy = false
  enable_intranode_visibility              = false

  # Gateways and their routes are served.
  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  # Policy logs travel with the system's logs.
  logging_config {
    enable_components = [
      "SYSTEM_COMPONENTS",
      "WORKLOADS",
    ]
  }

  monitoring_config {
    enable_components = [
      "SYSTEM_COMPONENTS",
    ]

    managed_prometheus {
      enabled = true
    }

    advanced_datapath_observability_config {
      enable_metrics = false
      enable_relay   = false
    }
  }

  dynamic "maintenance_policy" {
    for_each = var.maintenance_start_time[*]

    content {
      daily_maintenance_window {
        start_time = maintenance_policy.value
      }
    }
  }

  resource_labels     = local.labels
  deletion_protection = var.deletion_protection

  timeouts {
    create = "45m"
    update = "60m"
    delete = "45m"
  }

  lifecycle {
    # It described the first pool, which is gone.
    ignore_changes = [node_config]
  }

  depends_on = [
    google_project_iam_member.nodes,
    google_project_service.lab,
  ]
}
