#!/usr/bin/env bash
# Switches on the Google Cloud APIs that the lab needs. They stay on when the lab is over.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

apis=(
  cloudresourcemanager.googleapis.com
  compute.googleapis.com
  container.googleapis.com
  dns.googleapis.com
  iam.googleapis.com
  logging.googleapis.com
  monitoring.googleapis.com
  serviceusage.googleapis.com
)

need gcloud
step "APIs of ${PROJECT_ID}"
check_project
ask gcloud services list --enabled "--project=${PROJECT_ID}" '--format=value(config.name)'
enabled=$'\n'"${OUT}"$'\n'
missing_apis=()
for api in "${apis[@]}"; do
  if [[ "${enabled}" != *$'\n'"${api}"$'\n'* ]]; then
    missing_apis+=("${api}")
  fi
done
if ((${#missing_apis[@]} == 0)); then
  say 'all on already'
else
  run gcloud services enable "${missing_apis[@]}" "--project=${PROJECT_ID}"
fi

# Not every part of Google Cloud hears of it at once.
off='SERVICE_DISABLED|accessNotConfigured|has not been used in project'
retry "${off}" "${WAIT_SECONDS}" gcloud compute networks list "--project=${PROJECT_ID}" \
  --limit=1 '--format=value(name)'
retry "${off}" "${WAIT_SECONDS}" gcloud container clusters list "--project=${PROJECT_ID}" \
  --limit=1 '--format=value(name)'
retry "${off}" "${WAIT_SECONDS}" gcloud iam service-accounts list "--project=${PROJECT_ID}" \
  --limit=1 '--format=value(email)'
