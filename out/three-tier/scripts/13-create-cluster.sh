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
create=create

# GKE makes a Standard cluster with one pool, which is named default-pool. The lab's pools have
# names of their own, so this one is as small as can be, and goes again before they come: the lab
# never needs more quota than it is made of.
own_default_pool=0
first_pool=(--num-nodes=1 --machine-type=e2-medium --disk-type=pd-standard --disk-size=32)

flags+=(
  --enable-dataplane-v2
  --enable-ip-alias
  --default-max-pods-per-node=110
  "--workload-pool=${WORKLOAD_POOL}"
  --workload-metadata=GKE_METADATA
  --enable-managed-prometheus
  --enable-shielded-nodes
  --shielded-secure-boot
  --shielded-integrity-monitoring
  --scopes=cloud-platform
  "${first_pool[@]}"
)

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

in_cluster=("--cluster=${CLUSTER_NAME}" "--project=${PROJECT_ID}" "--location=${LOCATION}")

# Sets POOLS to the status of each of the cluster's pools, by name.
declare -A POOLS
look_at_pools() {
  local name status
  ask gcloud container node-pools list "${in_cluster[@]}" '--format=value(name,status)'
  POOLS=()
  while IFS=$'\t' read -r name status; do
    if [[ -n "${name}" ]]; then
      POOLS["${name}"]="${status}"
    fi
  done <<<"${OUT}"
}

# make_pool NAME FLAG…
make_pool() {
  local name="$1"
  shift
  if [[ -n "${POOLS["${name}"]:-}" ]]; then
    say "node pool ${name} exists already"
    return
  fi
  half_made "perhaps the node pool ${name}: run this again"
  in_turn gcloud container node-pools create "${name}" "${in_cluster[@]}" \
    "--service-account=${NODE_ACCOUNT}" --scopes=cloud-platform \
    --shielded-secure-boot --shielded-integrity-monitoring "$@" --quiet
}

# A pool that lacks nodes, for want of quota or of machines, would let the lab wait for nothing.
pools_run() {
  local name
  look_at_pools
  arrived
  for name in "${!POOLS[@]}"; do
    case "${POOLS["${name}"]}" in
      RUNNING | RECONCILING) ;;
      *ERROR*) die "the node pool ${name} is in the state ${POOLS["${name}"]}: see the console, delete it, and run this again" ;;
      *) not_yet "the node pool ${name} is in the state ${POOLS["${name}"]}" ;;
    esac
  done
}

step 'node pools'
look_at_pools
first="${POOLS[default-pool]:-STOPPING}"
if [[ "${own_default_pool}" == 0 ]] && [[ "${DRY_RUN}" == 1 || "${first}" != STOPPING ]]; then
  in_turn gcloud container node-pools delete default-pool \
    "${in_cluster[@]}" --quiet
fi

flags=(
  --machine-type=e2-standard-2
  --image-type=COS_CONTAINERD
  --disk-type=pd-balanced
  --disk-size=50
  --num-nodes=2
  --workload-metadata=GKE_METADATA
)
make_pool lab "${flags[@]}"
wait_for 'the node pools' "${WAIT_SECONDS}" pools_run
wait_for "the cluster ${CLUSTER_NAME}" "${WAIT_SECONDS}" cluster_runs
half_made ''
say "the cluster ${CLUSTER_NAME} runs"
