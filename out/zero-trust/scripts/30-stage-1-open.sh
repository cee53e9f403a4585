#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage open 1 3 'No policies yet'
without_policy networkpolicy default least-deny-all
without_policy networkpolicy default least-frontend
without_policy networkpolicy default least-adservice
without_policy networkpolicy default least-cartservice
without_policy networkpolicy default least-checkoutservice
without_policy networkpolicy default least-currencyservice
without_policy networkpolicy default least-emailservice
without_policy fqdnnetworkpolicy default least-emailservice-outside
without_policy networkpolicy default least-paymentservice
without_policy networkpolicy default least-productcatalogservice
without_policy networkpolicy default least-recommendationservice
without_policy networkpolicy default least-shippingservice
without_policy networkpolicy default least-redis-cart
without_policy networkpolicy default least-loadgenerator
apply_stage kubernetes/stages/1-open
settle
probe recommendation-to-catalog \
  pod=recommendation-to-catalog \
  namespace=default \
  file=kubernetes/probes/recommendation-to-catalog.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control='' \
  target_pods='^productcatalogservice-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=default \
  port=3550 \
  direction=ingress
probe cartservice-to-carts \
  pod=cartservice-to-carts \
  namespace=default \
  file=kubernetes/probes/cartservice-to-carts.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control='' \
  target_pods='^redis-cart-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=default \
  port=6379 \
  direction=ingress
probe recommendation-to-carts \
  pod=recommendation-to-carts \
  namespace=default \
  file=kubernetes/probes/recommendation-to-carts.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control=cartservice-to-carts \
  target_pods='^redis-cart-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=default \
  port=6379 \
  direction=ingress
end_stage
