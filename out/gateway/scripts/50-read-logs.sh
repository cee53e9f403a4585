#!/usr/bin/env bash
# Reads what policy logging has written about this cluster.
#
# usage: 50-read-logs.sh [deny | allow | STAGE]
#   deny, allow   the entries of all denied (the default) or allowed connections
#   STAGE         the entries of each probe of a stage, by the filters in the results
#
# Environment, beside that of lib.sh and probes.sh:
#   PODS          only connections to pods whose names match this pattern; empty: to all pods
#   FRESHNESS     how far back (1d)
#   LIMIT         how many entries (50)
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

default_pods=''
PODS="${PODS-${default_pods}}"
FRESHNESS="${FRESHNESS:-1d}"
LIMIT="${LIMIT:-50}"

read_all() {
  local filter
  cluster_filter
  filter="${REPLY}"
  if [[ -n "${PODS}" ]]; then
    filter+=" jsonPayload.dest.pod_name=~\"${PODS}\""
  fi
  filter+=" jsonPayload.disposition=\"$1\""
  step "entries of connections: $1"
  run gcloud logging read "${filter}" "--project=${PROJECT_ID}" \
    "--freshness=${FRESHNESS}" "--limit=${LIMIT}" '--format=json(timestamp,jsonPayload)'
}

# The filters are JSON strings in the results: quotes and backslashes are escaped there.
read_stage() {
  local line filter found=0
  if [[ ! -f "${RESULTS_FILE}" ]]; then
    die "there are no results in ${RESULTS_FILE}"
  fi
  while IFS= read -r line; do
    if [[ "${line}" == *"\"stage\":\"$1\""* && "${line}" =~ \"filter\":\"(([^\"\\]|\\.)*)\" ]]; then
      filter="${BASH_REMATCH[1]//\\\"/\"}"
      filter="${filter//\\\\/\\}"
      found=1
      run gcloud logging read "${filter}" "--project=${PROJECT_ID}" \
        "--limit=${LIMIT}" '--format=json(timestamp,jsonPayload)'
    fi
  done <"${RESULTS_FILE}"
  if ((found == 0)); then
    die "no probe of the stage $1 has a filter in ${RESULTS_FILE}"
  fi
}

need gcloud
case "${1:-deny}" in
  deny | allow) read_all "${1:-deny}" ;;
  *) read_stage "$1" ;;
esac
