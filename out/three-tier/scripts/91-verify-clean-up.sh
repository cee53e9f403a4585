#!/usr/bin/env bash
# Looks for anything of the lab that is left, and fails if there is something. It deletes nothing.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=load-balancers.sh disable=SC1091
source "${SCRIPTS}/load-balancers.sh"
# shellcheck source-path=SCRIPTDIR source=log-sink.sh disable=SC1091
source "${SCRIPTS}/log-sink.sh"

LEFT=0

left() {
  LEFT=$((LEFT + 1))
  printf 'left: %s\n' "$*"
}

# check WHAT COMMAND…: one thing by name.
check() {
  local what="$1"
  shift
  look_up absent "$@"
  if [[ "${FOUND}" == 1 ]]; then
    left "${what}"
  fi
}

# check_list WHAT FUNCTION…: one of the lists of leftovers.sh, or a command's.
check_list() {
  local what="$1" name
  shift
  "$@"
  while IFS=, read -r name _; do
    if [[ -n "${name}" && "${DRY_RUN}" != 1 ]]; then
      left "${what} ${name}"
    fi
  done <<<"${OUT}"
}

known_contexts() {
  local all known
  ask kubectl config get-contexts --output=name
  all="${OUT}"
  OUT=''
  while IFS= read -r known; do
    if [[ "${known}" == "${KUBE_CONTEXT}" ]]; then
      OUT="${known}"
    fi
  done <<<"${all}"
}


part() { OUT="${PARTS[$1]}"; }

need gcloud kubectl alpha beta
check_project
step "what is left of the lab ${LAB} in ${PROJECT_ID}"
check_list 'cluster' lab_clusters
check "network ${NETWORK}" gcloud compute networks describe "${NETWORK}" \
  "--project=${PROJECT_ID}" '--format=value(name)'
check "subnet ${SUBNET}" gcloud compute networks subnets describe "${SUBNET}" \
  "--project=${PROJECT_ID}" "--region=${REGION}" '--format=value(name)'
check_list 'network endpoint group' endpoint_groups
check_list 'instance group' instance_groups
check_list 'address' addresses
load_balancer_parts
for kind in "${KINDS[@]}"; do
  check_list "of a load balancer (${kind}):" part "${kind}"
done
load_balancers
check_list 'firewall rule' firewall_rules
for name in "${LOAD_BALANCERS[@]}"; do
  check_list 'forwarding rule' forwarding_rules "${name}"
  check_list 'target pool' target_pools "${name}"
done
check_list 'disk' disks
look_up_account absent
if [[ "${FOUND}" == 1 ]]; then
  left "service account ${NODE_ACCOUNT}"
fi
mine="userLabels.dplab=\"${CLUSTER_NAME}\" AND userLabels.dplab_lab=\"${LAB}\""
check_list 'metric' ask gcloud logging metrics list "--project=${PROJECT_ID}" \
  "--filter=description=\"${MARKER}\"" '--format=value(name)'
check_list 'alert' ask gcloud alpha monitoring policies list "--project=${PROJECT_ID}" \
  "--filter=${mine}" '--format=value(name)'
check_list 'notification channel' ask gcloud beta monitoring channels list \
  "--project=${PROJECT_ID}" "--filter=${mine}" '--format=value(name)'
check_list 'log sink' ask gcloud logging sinks list "--project=${PROJECT_ID}" \
  "--filter=description=\"${MARKER}\"" '--format=value(name)'
check_list 'role at the destination of the log sink:' left_role
check_list "kubectl's context" known_contexts

if ((LEFT > 0)); then
  die "${LEFT} left, listed above"
fi
say 'nothing is left'
