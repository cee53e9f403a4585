#!/usr/bin/env bash
# Shows where the application is reached from outside, as soon as there is an address.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

services=(
  bank frontend
)
ADDRESS_SECONDS="${ADDRESS_SECONDS:-600}"

has_address() {
  ask "${KUBECTL[@]}" get service "$1" "--namespace=$2" \
    '--output=jsonpath={.status.loadBalancer.ingress[0].ip}'
  not_yet 'the load balancer has no address yet'
  if [[ -n "${OUT}" ]]; then
    arrived
  fi
}

connect
for ((at = 0; at < ${#services[@]}; at += 2)); do
  where="${services[at]}"
  name="${services[at + 1]}"
  step "address of ${name}"
  wait_for "the address of ${name}" "${ADDRESS_SECONDS}" has_address "${name}" "${where}"
  run "${KUBECTL[@]}" get service "${name}" "--namespace=${where}"
  if [[ -n "${OUT}" ]]; then
    say "http://${OUT}"
  fi
done
