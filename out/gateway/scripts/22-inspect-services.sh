#!/usr/bin/env bash
# Shows the Services, what they select, and the labels of the workloads behind them.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

connect
step "Services in ${NAMESPACE}"
run "${KUBECTL[@]}" get services "--namespace=${NAMESPACE}"

# inspect SERVICE WORKLOAD NAMESPACE
inspect() {
  step "$1 and $2"
  run "${KUBECTL[@]}" describe service "$1" "--namespace=$3"
  ask "${KUBECTL[@]}" get service "$1" "--namespace=$3" \
    '--output=jsonpath={.spec.selector}'
  say "selects: ${OUT}"
  ask "${KUBECTL[@]}" get "$2" "--namespace=$3" \
    '--output=jsonpath={.spec.template.metadata.labels}'
  say "labels:  ${OUT}"
}

inspect web deployment/web web
inspect api deployment/api web
inspect database statefulset/database data

step 'Gateway' front
run "${KUBECTL[@]}" describe gateway front --namespace=edge
step 'HTTPRoute' web
run "${KUBECTL[@]}" describe httproute web --namespace=web

step 'policy logging, as it is now'
run "${KUBECTL[@]}" get networklogging default --output=yaml
