# Plans the module with a provider that only pretends: `terraform test` needs no project.
mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "nodes@your-project.iam.gserviceaccount.com"
      member = "serviceAccount:nodes@your-project.iam.gserviceaccount.com"
    }
  }
}

run "lab" {
  command = plan

  assert {
    condition     = google_container_cluster.lab.location == var.location
    error_message = "The cluster is not where it was asked for."
  }

  assert {
    condition     = google_container_cluster.lab.datapath_provider == "ADVANCED_DATAPATH"
    error_message = "The cluster has no Dataplane V2."
  }

  assert {
    condition     = length(google_container_cluster.lab.network_policy) == 0
    error_message = "The Calico add-on excludes Dataplane V2."
  }

  assert {
    condition     = length(google_container_node_pool.lab) == length(var.node_pools)
    error_message = "A node pool is missing."
  }

  assert {
    condition     = contains(google_container_cluster.lab.logging_config[0].enable_components, "SYSTEM_COMPONENTS")
    error_message = "Policy logs travel with the system's logs."
  }

  assert {
    condition     = alltrue([for api in google_project_service.lab : !api.disable_on_destroy])
    error_message = "A destroy would switch APIs off for the whole project."
  }

  assert {
    condition     = google_compute_subnetwork.lab.private_ip_google_access
    error_message = "Nodes without external addresses would not reach Google's APIs."
  }

  assert {
    condition     = google_compute_subnetwork.proxies.purpose == "REGIONAL_MANAGED_PROXY"
    error_message = "Load balancers of the region find no addresses for their proxies."
  }
}

run "refuses_a_bad_project_id" {
  command = plan

  variables {
    project_id = "Not A Project"
  }

  expect_failures = [var.project_id]
}

run "refuses_a_bad_location" {
  command = plan

  variables {
    location = "the moon"
  }

  expect_failures = [var.location]
}

run "refuses_an_unknown_channel" {
  command = plan

  variables {
    release_channel = "WHENEVER"
  }

  expect_failures = [var.release_channel]
}
