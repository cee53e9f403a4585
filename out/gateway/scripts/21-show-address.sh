#!/usr/bin/env bash
# Shows where the application is reached from outside, as soon as there is an address.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

ADDRESS_SECONDS="${ADDRESS_SECONDS:-600}"

# has_address RESOURCE NAME NAMESPACE PATH
has_address() {
  ask "${KUBECTL[@]}" get "$1" "$2" "--namespace=$3" "--output=jsonpath=$4"
  not_yet 'the load balancer has no address yet'
  if [[ -n "${OUT}" ]]; then
    arrived
  fi
}

# address RESOURCE NAME NAMESPACE PATH BEFORE AFTER inside|anywhere
address() {
  step "address of $2"
  wait_for "the address of $2" "${ADDRESS_SECONDS}" has_address "$1" "$2" "$3" "$4"
  run "${KUBECTL[@]}" get "$1" "$2" "--namespace=$3"
  if [[ -n "${OUT}" ]]; then
    say "$5${OUT}$6"
  fi
  if [[ "$7" == inside ]]; then
    say "reached from inside the network ${NETWORK} only"
  fi
}

connect
address gateway front edge '{.status.addresses[0].value}' http:// '' anywhere
