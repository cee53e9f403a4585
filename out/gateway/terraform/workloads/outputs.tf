output "apply_network_logging" {
  description = "The command that sets policy logging as the lab asks."
  value       = "kubectl apply --server-side --force-conflicts --field-manager=dplab --filename=${local.folder}/logging/network-logging.yaml"
}

output "objects" {
  description = "The objects that this module looks after."
  value = sort([
    for object in concat(values(local.namespaces), values(local.app), values(local.files.policies)) :
    "${object.kind}/${object.metadata.name}"
  ])
}
