#!/usr/bin/env bash
# Makes the VPC network, the subnet with its ranges, and Cloud NAT where the lab has one.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

declare -r subnet_range=10.72.0.0/20
declare -r pods=pods
declare -r pods_range=10.76.0.0/16
declare -r services=services
declare -r services_range=10.72.16.0/20
declare -r proxy_range=10.72.32.0/23

need gcloud

step "network ${NETWORK}"
look_up absent gcloud compute networks describe "${NETWORK}" "--project=${PROJECT_ID}" \
  '--format=value(description)'
if [[ "${FOUND}" == 0 ]]; then
  run gcloud compute networks create "${NETWORK}" "--project=${PROJECT_ID}" \
    --subnet-mode=custom --bgp-routing-mode=regional "--description=${MARKER}"
elif [[ "${OUT}" == "${MARKER}" ]]; then
  say 'exists already'
else
  die "the network ${NETWORK} exists and is not this lab's: take another name, or say 'existing: true' in the profile"
fi

step "subnet ${SUBNET} in ${REGION}"
look_up absent gcloud compute networks subnets describe "${SUBNET}" "--project=${PROJECT_ID}" \
  "--region=${REGION}" '--format=value(network.basename())'
if [[ "${FOUND}" == 0 ]]; then
  run gcloud compute networks subnets create "${SUBNET}" "--project=${PROJECT_ID}" \
    "--region=${REGION}" "--network=${NETWORK}" "--range=${subnet_range}" \
    "--secondary-range=${pods}=${pods_range},${services}=${services_range}" \
    --enable-private-ip-google-access "--description=${MARKER}"
elif [[ "${OUT}" == "${NETWORK}" ]]; then
  say 'exists already'
else
  die "the subnet ${SUBNET} exists in ${REGION}, but in the network ${OUT}"
fi

# Load balancers of the region send their proxies' connections from here; no node stands in it.
step "proxy-only subnet ${PROXY_SUBNET} in ${REGION}"
look_up absent gcloud compute networks subnets describe "${PROXY_SUBNET}" "--project=${PROJECT_ID}" \
  "--region=${REGION}" '--format=value(network.basename())'
if [[ "${FOUND}" == 0 ]]; then
  run gcloud compute networks subnets create "${PROXY_SUBNET}" "--project=${PROJECT_ID}" \
    "--region=${REGION}" "--network=${NETWORK}" "--range=${proxy_range}" \
    --purpose=REGIONAL_MANAGED_PROXY --role=ACTIVE "--description=${MARKER}"
elif [[ "${OUT}" == "${NETWORK}" ]]; then
  say 'exists already'
else
  die "the subnet ${PROXY_SUBNET} exists in ${REGION}, but in the network ${OUT}"
fi
