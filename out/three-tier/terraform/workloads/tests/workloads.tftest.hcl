# Plans the module without a cluster: `terraform test` reads the manifests and pretends the rest.
mock_provider "google" {}

mock_provider "kubernetes" {}

mock_provider "time" {}

override_data {
  target = data.google_container_cluster.lab
  values = {
    endpoint    = "192.0.2.1"
    master_auth = [{ cluster_ca_certificate = "" }]
  }
}

# A cluster whose policy logging is as no lab asks.
override_data {
  target = data.kubernetes_resource.network_logging
  values = {
    object = { spec = { cluster = { deny = { log = "neither" } } } }
  }
}

run "manifests" {
  command = plan

  assert {
    condition     = alltrue([for object in kubernetes_manifest.app : object.manifest.kind != "Kustomization"])
    error_message = "A kustomization is no object of the cluster."
  }

  assert {
    condition     = alltrue([for object in kubernetes_manifest.app : object.manifest.kind != "Deployment" || contains(object.computed_fields, "spec.template.spec.containers[0].resources")])
    error_message = "What Autopilot makes of a container's resources is no difference."
  }

  assert {
    condition     = alltrue([for object in kubernetes_manifest.namespace : object.manifest.metadata.name != "default"])
    error_message = "The namespace default exists already."
  }

  assert {
    condition     = local.network_logging.kind == "NetworkLogging" && local.network_logging.metadata.name == "default"
    error_message = "NetworkLogging has one name."
  }

  # So the check must say so.
  expect_failures = [check.network_logging]
}
