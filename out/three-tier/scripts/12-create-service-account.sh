#!/usr/bin/env bash
# Makes the service account of the nodes and gives it the roles that a node needs, no more.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

declare -r account=your-three-tier-cluster-nodes
roles=(
  roles/artifactregistry.reader
  roles/container.defaultNodeServiceAccount
)

need gcloud

step "service account ${NODE_ACCOUNT}"
look_up_account absent
if [[ "${FOUND}" == 0 ]]; then
  run gcloud iam service-accounts create "${account}" "--project=${PROJECT_ID}" \
    "--display-name=Nodes of ${CLUSTER_NAME}" "--description=${MARKER}"
elif [[ "${OUT}" == "${MARKER}" ]]; then
  say 'exists already'
else
  die "the service account ${NODE_ACCOUNT} exists and is not this lab's: take another 'nodeServiceAccount'"
fi

# A new account takes some seconds until IAM knows it everywhere. Giving a role twice is giving it
# once.
for role in "${roles[@]}"; do
  retry 'does not exist|NOT_FOUND|concurrent policy changes' 120 \
    gcloud projects add-iam-policy-binding "${PROJECT_ID}" \
    "--member=serviceAccount:${NODE_ACCOUNT}" "--role=${role}" \
    --condition=None '--format=value(etag)'
done
