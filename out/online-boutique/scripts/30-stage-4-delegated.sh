#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage delegated 4 6 'Delegating the logging of denied connections'
without_annotation default
apply_stage kubernetes/stages/4-delegated
settle
probe rogue-ping \
  pod=rogue-1 \
  namespace=default \
  file=kubernetes/probes/rogue-ping.yaml \
  prints=PONG \
  timeout=5 \
  expected=denied \
  logged=no \
  control=cartservice-ping \
  target_pods='^redis-cart-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=default \
  port=6379 \
  direction=ingress
probe cartservice-ping \
  pod=cartservice-probe \
  namespace=default \
  file=kubernetes/probes/cartservice-ping.yaml \
  prints=PONG \
  timeout=5 \
  expected='' \
  logged='' \
  control='' \
  target_pods='^redis-cart-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=default \
  port=6379 \
  direction=ingress
end_stage
