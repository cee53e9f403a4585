#!/usr/bin/env bash
# Deploys the application and waits until all of it runs.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

own_namespaces=(
  data
  edge
  web
)
workloads=(
  web deployment/web
  web deployment/api
  data statefulset/database
)
ROLLOUT_SECONDS="${ROLLOUT_SECONDS:-900}" # nodes may have to be made first

connect
for name in "${own_namespaces[@]}"; do
  step "namespace ${name}"
  look_up_object absent namespace "${name}"
  if [[ "${FOUND}" == 0 ]]; then
    run "${KUBECTL[@]}" create namespace "${name}"
  else
    say 'exists already'
  fi
done

run "${KUBECTL[@]}" label namespace web 'pod-security.kubernetes.io/enforce=restricted' --overwrite
run "${KUBECTL[@]}" label namespace data 'pod-security.kubernetes.io/enforce=restricted' --overwrite

# GKE installs the Gateway API's kinds some time after the cluster is there.
kind_is_served() {
  look_up_object absent customresourcedefinition "$1"
  not_yet 'GKE has not installed it yet'
  if [[ "${FOUND}" == 1 ]]; then
    arrived
  fi
}
wait_for_kind() {
  step "$1"
  wait_for "$1" "${WAIT_SECONDS}" kind_is_served "$1"
}
wait_for_kind gateways.gateway.networking.k8s.io
wait_for_kind healthcheckpolicies.networking.gke.io
wait_for_kind httproutes.gateway.networking.k8s.io

step 'application'
run "${KUBECTL[@]}" apply "--kustomize=${LAB_DIR}/kubernetes/app"

for ((at = 0; at < ${#workloads[@]}; at += 2)); do
  where="${workloads[at]}"
  name="${workloads[at + 1]}"
  step "waiting for ${name}"
  rollout=("${KUBECTL[@]}" rollout status "${name}" "--namespace=${where}"
    "--timeout=${ROLLOUT_SECONDS}s")
  show "${rollout[@]}"
  if [[ "${DRY_RUN}" != 1 ]] && ! "${rollout[@]}"; then
    "${KUBECTL[@]}" get pods "--namespace=${where}" --output=wide >&2
    die "${name} doesn't run after ${ROLLOUT_SECONDS} seconds; its pods are above"
  fi
done
