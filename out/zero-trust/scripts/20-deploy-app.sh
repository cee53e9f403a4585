#!/usr/bin/env bash
# Deploys the application and waits until all of it runs.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

own_namespaces=(
)
workloads=(
  frontend
  adservice
  cartservice
  checkoutservice
  currencyservice
  emailservice
  paymentservice
  productcatalogservice
  recommendationservice
  shippingservice
  redis-cart
  loadgenerator
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

step 'application'
run "${KUBECTL[@]}" apply "--kustomize=${LAB_DIR}/kubernetes/app"

for name in "${workloads[@]}"; do
  step "waiting for ${name}"
  rollout=("${KUBECTL[@]}" rollout status "deployment/${name}" "--namespace=${NAMESPACE}"
    "--timeout=${ROLLOUT_SECONDS}s")
  show "${rollout[@]}"
  if [[ "${DRY_RUN}" != 1 ]] && ! "${rollout[@]}"; then
    "${KUBECTL[@]}" get pods "--namespace=${NAMESPACE}" --output=wide >&2
    die "${name} doesn't run after ${ROLLOUT_SECONDS} seconds; its pods are above"
  fi
done
