#!/usr/bin/env bash
# Makes the cluster with Dataplane V2, and its node pools.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

need gcloud

step "cluster ${CLUSTER_NAME} in ${LOCATION}"

# Sets FOUND, STATUS and OWNER.
look_at_cluster() {
  look_up absent gcloud container clusters describe "${CLUSTER_NAME}" "--project=${PROJECT_ID}" \
    "--location=${LOCATION}" '--format=value(status,resourceLabels.dplab)'
  IFS=$'\t' read -r STATUS OWNER <<<"${OUT}"
}

# One that is still being made, by an earlier run that was stopped, is waited for.
cluster_runs() {
  look_at_cluster
  not_yet "its status is ${STATUS:-unknown}"
  case "${STATUS}" in
    RUNNING | RECONCILING | DEGRADED) arrived ;;
    ERROR | STOPPING) die "the cluster ${CLUSTER_NAME} is in the state ${STATUS}: see the console, or clean up and begin again" ;;
    *) ;;
  esac
}

labels=(
  "dplab=${LAB}" # clean-up knows the lab's cluster by it
)
logging=(
  SYSTEM
  WORKLOAD
)
monitoring=(
  SYSTEM
)
flags=(
  "--project=${PROJECT_ID}"
  "--location=${LOCATION}"
  --release-channel=regular
  "--network=${NETWORK}"
  "--subnetwork=${SUBNET}"
  "--service-account=${NODE_ACCOUNT}"
  --cluster-secondary-range-name=pods
  --services-secondary-range-name=services
)
join , "${labels[@]}"
flags+=("--labels=${REPLY}")
join , "${logging[@]}"
flags+=("--logging=${REPLY}")
join , "${monitoring[@]}"
flags+=("--monitoring=${REPLY}")
create="create-auto"

look_at_cluster
if [[ "${FOUND}" == 0 ]]; then
  half_made "perhaps the cluster ${CLUSTER_NAME}: run this again, it waits until the cluster runs and goes on"
  run gcloud container clusters "${create}" "${CLUSTER_NAME}" "${flags[@]}" --quiet
elif [[ "${DRY_RUN}" != 1 && "${OWNER}" != "${LAB}" ]]; then
  die "the cluster ${CLUSTER_NAME} exists and is not this lab's: take another name"
else
  say 'exists already'
fi
wait_for "the cluster ${CLUSTER_NAME}" "${WAIT_SECONDS}" cluster_runs
half_made ''
say "the cluster ${CLUSTER_NAME} runs"
