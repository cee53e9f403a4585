#!/usr/bin/env bash
# Fetches credentials, so that kubectl can talk to the cluster.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

need gcloud kubectl gke-gcloud-auth-plugin
step "credentials of ${CLUSTER_NAME}"
get_credentials
run "${KUBECTL[@]}" get nodes
