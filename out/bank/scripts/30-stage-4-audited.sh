#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage audited 4 4 'Who reached the ledger is written down'
apply_stage kubernetes/stages/4-audited
settle
probe writer-to-ledger \
  pod=writer-to-ledger \
  namespace=bank \
  file=kubernetes/probes/writer-to-ledger.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=allowed \
  logged=yes \
  control='' \
  target_pods='^ledger-db-[0-9]+$' \
  target_namespace=bank \
  port=5432 \
  direction=''
probe contacts-to-ledger \
  pod=contacts-to-ledger \
  namespace=bank \
  file=kubernetes/probes/contacts-to-ledger.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=denied \
  logged=yes \
  control=writer-to-ledger \
  target_pods='^ledger-db-[0-9]+$' \
  target_namespace=bank \
  port=5432 \
  direction=''
end_stage
