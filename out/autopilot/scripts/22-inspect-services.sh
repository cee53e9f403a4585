#!/usr/bin/env bash
# Shows the Services, what they select, and the labels of the workloads behind them.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

connect
step "Services in ${NAMESPACE}"
run "${KUBECTL[@]}" get services "--namespace=${NAMESPACE}"

# inspect SERVICE WORKLOAD
inspect() {
  step "$1 and the workload $2"
  run "${KUBECTL[@]}" describe service "$1" "--namespace=${NAMESPACE}"
  ask "${KUBECTL[@]}" get service "$1" "--namespace=${NAMESPACE}" \
    '--output=jsonpath={.spec.selector}'
  say "selects: ${OUT}"
  ask "${KUBECTL[@]}" get deployment "$2" "--namespace=${NAMESPACE}" \
    '--output=jsonpath={.spec.template.metadata.labels}'
  say "labels:  ${OUT}"
}

inspect frontend frontend
inspect frontend-external frontend
inspect adservice adservice
inspect cartservice cartservice
inspect checkoutservice checkoutservice
inspect currencyservice currencyservice
inspect emailservice emailservice
inspect paymentservice paymentservice
inspect productcatalogservice productcatalogservice
inspect recommendationservice recommendationservice
inspect shippingservice shippingservice
inspect redis-cart redis-cart

step 'policy logging, as it is now'
run "${KUBECTL[@]}" get networklogging default --output=yaml
