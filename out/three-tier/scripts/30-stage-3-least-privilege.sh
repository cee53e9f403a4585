#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage least-privilege 3 4 'What the application needs and no more'
without_annotation data
apply_stage kubernetes/stages/3-least-privilege
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
  direction=''
probe web-to-database \
  pod=web-to-database \
  namespace=web \
  file=kubernetes/probes/web-to-database.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=denied \
  logged=yes \
  control=api-to-database \
  target_pods='^database-[0-9]+$' \
  target_namespace=data \
  port=5432 \
  direction=''
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
  direction=''
probe backup-to-api \
  pod=backup-to-api \
  namespace=data \
  file=kubernetes/probes/backup-to-api.yaml \
  prints='' \
  timeout=5 \
  expected=denied \
  logged=yes \
  control=web-to-api \
  target_pods='^api-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=web \
  port=3000 \
  direction=''
end_stage
