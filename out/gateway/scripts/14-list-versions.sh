#!/usr/bin/env bash
# Shows which versions each release channel offers. Optional: it changes nothing.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

need gcloud
step "versions in ${LOCATION}"
run gcloud container get-server-config "--project=${PROJECT_ID}" "--location=${LOCATION}" \
  '--format=yaml(channels)'
