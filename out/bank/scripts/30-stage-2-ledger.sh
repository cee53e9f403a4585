#!/usr/bin/env bash
# One stage of the lab: sets policies and logging, runs every probe, reads the logs, judges.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

begin_stage ledger 2 4 'The ledger is guarded'
without_policy networkpolicy bank least-deny-all
without_policy networkpolicy bank least-frontend
without_policy networkpolicy bank least-userservice
without_policy networkpolicy bank least-contacts
without_policy networkpolicy bank least-accounts-db
without_policy networkpolicy bank least-ledgerwriter
without_policy networkpolicy bank least-balancereader
without_policy networkpolicy bank least-transactionhistory
without_policy networkpolicy bank least-ledger-db
without_policy networkpolicy bank least-loadgenerator
apply_stage kubernetes/stages/2-ledger
settle
probe writer-to-ledger \
  pod=writer-to-ledger \
  namespace=bank \
  file=kubernetes/probes/writer-to-ledger.yaml \
  prints='accepting connections' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control='' \
  target_pods='^ledger-db-[0-9]+$' \
  target_namespace=bank \
  port=5432 \
  direction=ingress
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
  direction=ingress
probe frontend-to-history \
  pod=frontend-to-history \
  namespace=bank \
  file=kubernetes/probes/frontend-to-history.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control='' \
  target_pods='^transactionhistory-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=bank \
  port=8080 \
  direction=ingress
probe contacts-to-history \
  pod=contacts-to-history \
  namespace=bank \
  file=kubernetes/probes/contacts-to-history.yaml \
  prints='' \
  timeout=5 \
  expected=allowed \
  logged=no \
  control=frontend-to-history \
  target_pods='^transactionhistory-[a-z0-9]+-[a-z0-9]+$' \
  target_namespace=bank \
  port=8080 \
  direction=ingress
end_stage
