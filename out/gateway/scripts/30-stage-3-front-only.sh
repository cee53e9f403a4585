#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage front-only 3 4 'Open to the load balancer alone'
without_policy networkpolicy web least-deny-all
without_policy networkpolicy web least-web
without_policy networkpolicy web least-api
without_policy networkpolicy data least-deny-all
without_policy networkpolicy data least-database
without_policy networkpolicy data least-backup
apply_stage kubernetes/stages/3-front-only
settle
probe api-to-database \
  pod=api-to-database \
  namespace=web \
  file=kubernetes/probes/api-to-database.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control='' \
  target_pods='^database-[0-9]+$' \
  target_namespace=data \
  port=5432 \
  direction=ingress
probe neighbour-to-web \
  pod=neighbour-to-web \
  namespace=edge \
  file=kubernetes/probes/neighbour-to-web.yaml \
  prints=fine \
  timeout=5 \
  expected=denied \
  logged=yes \
  control=api-to-database \
  target_pods='^web-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=web \
  port=8080 \
  direction=ingress
end_stage
