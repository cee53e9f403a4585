# What runs in the cluster is written once, as Kubernetes manifests. kubectl reads the same files.
locals {
  folder = "${path.module}/${var.kubernetes_folder}"

  files = {
    for part in ["namespaces", "app", "policies"] : part => {
      for file in fileset(local.folder, "${part}/*.yaml") :
      trimsuffix(basename(file), ".yaml") => yamldecode(file("${local.folder}/${file}"))
      if basename(file) != "kustomization.yaml"
    }
  }

  # The namespaces that the lab makes. Any other is there already, so it is annotated and never made
  # or deleted.
  own_namespaces = [
    "data",
    "web",
  ]
  annotated = { for key, object in local.files.namespaces : key => object if !contains(local.own_namespaces, object.metadata.name) }

  # Namespaces are made before what goes into them, also those that the application carries itself.
  namespaces = merge(
    { for key, object in local.files.namespaces : key => object if contains(local.own_namespaces, object.metadata.name) },
    { for key, object in local.files.app : key => object if object.kind == "Namespace" },
  )
  app = { for key, object in local.files.app : key => object if object.kind != "Namespace" }

  # Where an object describes pods.
  pods = {
    for key, object in local.app : key => {
      "spec"                                = try({ Pod = object.spec }[object.kind], {})
      "spec.template.spec"                  = try(object.spec.template.spec, {})
      "spec.jobTemplate.spec.template.spec" = try(object.spec.jobTemplate.spec.template.spec, {})
    }
  }

  network_logging = yamldecode(file("${local.folder}/logging/network-logging.yaml"))
}

resource "kubernetes_manifest" "namespace" {
  for_each = local.namespaces

  manifest = each.value
}

resource "kubernetes_annotations" "namespace" {
  for_each = local.annotated

  api_version = "v1"
  kind        = "Namespace"
  annotations = try(each.value.metadata.annotations, {})
  force       = true

  metadata {
    name = each.value.metadata.name
  }
}

# Kubernetes takes the endpoint groups of its load balancers away some minutes after them, and only
# while the cluster lives: a destroy waits here, after the application and before the cluster.
resource "time_sleep" "endpoint_groups" {
  destroy_duration = "5m"

  depends_on = [kubernetes_manifest.namespace]
}

resource "kubernetes_manifest" "app" {
  for_each = local.app

  manifest = each.value

  # Autopilot raises what containers ask for, and adds to it: what the cluster makes of it counts.
  computed_fields = concat(["metadata.annotations", "metadata.labels"], flatten([
    for path, pods in local.pods[each.key] : [
      for list in ["containers", "initContainers"] : [
        for index, container in try(pods[list], []) : "${path}.${list}[${index}].resources"
      ]
    ]
  ]))

  # A Deployment counts as made when its pods run.
  dynamic "wait" {
    for_each = each.value.kind == "Deployment" ? [true] : []

    content {
      rollout = true
    }
  }

  depends_on = [kubernetes_manifest.namespace, time_sleep.endpoint_groups]
}

resource "kubernetes_manifest" "policy" {
  for_each = local.files.policies

  manifest = each.value

  depends_on = [kubernetes_manifest.namespace]
}

# NetworkLogging is GKE's own object: the cluster comes with it, there is one, and it must not be
# deleted. As a resource it would have to be imported first, and a destroy would delete it, which no
# setting prevents without stopping the whole destroy. So kubectl applies it, with the command in
# the outputs, and Terraform says at every plan and apply whether the cluster has what the lab asks.
check "network_logging" {
  data "kubernetes_resource" "network_logging" {
    api_version = local.network_logging.apiVersion
    kind        = local.network_logging.kind

    metadata {
      name = local.network_logging.metadata.name
    }
  }

  assert {
    condition = alltrue(flatten([
      for verdict, switches in local.network_logging.spec.cluster : [
        for switch, on in switches :
        try(data.kubernetes_resource.network_logging.object.spec.cluster[verdict][switch], false) == on
      ]
    ]))
    error_message = "Policy logging is not as the lab asks. Run the command of the output apply_network_logging."
  }
}
