#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage open 1 4 'Everyone reaches the database'
without_policy networkpolicy data database
without_policy networkpolicy web least-deny-all
without_policy networkpolicy web least-web
without_policy networkpolicy web least-api
without_policy networkpolicy data least-deny-all
without_policy networkpolicy data least-database
without_policy networkpolicy data least-backup
without_annotation data
apply_stage kubernetes/stages/1-open
settle
probe web-to-api \
  pod=web-to-api \
  namespace=web \
  file=kubernetes/probes/web-to-api.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control='' \
  target_pods='^api-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=web \
  port=3000 \
  direction=ingress
probe backup-to-api \
  pod=backup-to-api \
  namespace=data \
  file=kubernetes/probes/backup-to-api.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control=web-to-api \
  target_pods='^api-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=web \
  port=3000 \
  direction=ingress
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
probe web-to-database \
  pod=web-to-database \
  namespace=web \
  file=kubernetes/probes/web-to-database.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control=api-to-database \
  target_pods='^database-[0-9]+$' \
  target_namespace=data \
  port=5432 \
  direction=ingress
probe neighbour-to-database \
  pod=neighbour-to-database \
  namespace=data \
  file=kubernetes/probes/neighbour-to-database.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control=api-to-database \
  target_pods='^database-[0-9]+$' \
  target_namespace=data \
  port=5432 \
  direction=ingress
end_stage
