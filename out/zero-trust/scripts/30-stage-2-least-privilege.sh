#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage least-privilege 2 3 'What the application needs and no more'
apply_stage kubernetes/stages/2-least-privilege
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
  direction=''
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
  direction=''
probe recommendation-to-carts \
  pod=recommendation-to-carts \
  namespace=default \
  file=kubernetes/probes/recommendation-to-carts.yaml \
  prints='' \
  timeout=5 \
  expected=denied \
  logged=yes \
  control=cartservice-to-carts \
  target_pods='^redis-cart-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=default \
  port=6379 \
  direction=''
end_stage
