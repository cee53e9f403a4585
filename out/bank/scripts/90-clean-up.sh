#!/usr/bin/env bash
# Takes the whole lab down, in reverse order, and what Kubernetes made behind one's back. The cluster
# is first, because it costs most, and nothing that is watched or logged goes before it.
#
# usage: 90-clean-up.sh [--yes]
#   --yes, or ASSUME_YES=1 in the environment: don't ask
#   SKIP_KUBERNETES=1: don't talk to the cluster before it is deleted, if kubectl can't reach it
#
# Only what the lab made is deleted: it carries the lab's mark, or lies in a network that does. APIs stay on. Entries in Cloud Logging stay until their time is over.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=load-balancers.sh disable=SC1091
source "${SCRIPTS}/load-balancers.sh"

own_namespaces=(
  bank
)
policies=(
  networkpolicy/bank/ledger-db
  networkpolicy/bank/least-deny-all
  networkpolicy/bank/least-frontend
  networkpolicy/bank/least-userservice
  networkpolicy/bank/least-contacts
  networkpolicy/bank/least-accounts-db
  networkpolicy/bank/least-ledgerwriter
  networkpolicy/bank/least-balancereader
  networkpolicy/bank/least-transactionhistory
  networkpolicy/bank/least-ledger-db
  networkpolicy/bank/least-loadgenerator
)
probes=(
  bank/writer-to-ledger
  bank/contacts-to-ledger
  bank/frontend-to-history
  bank/contacts-to-history
)
annotated=(
)
roles=(
  roles/artifactregistry.reader
  roles/container.defaultNodeServiceAccount
)
ASSUME_YES="${ASSUME_YES:-0}"
SKIP_KUBERNETES="${SKIP_KUBERNETES:-0}"
if [[ "${1:-}" == --yes ]]; then
  ASSUME_YES=1
fi

confirm() {
  local answer
  if [[ "${ASSUME_YES}" == 1 || "${DRY_RUN}" == 1 ]]; then
    return
  fi
  if [[ ! -t 0 ]]; then
    die 'this deletes the lab: say --yes'
  fi
  read -r -p "Delete the lab ${LAB}, with the cluster ${CLUSTER_NAME} of ${PROJECT_ID}? [y/N] " answer
  if [[ "${answer}" != [yY]* ]]; then
    die 'nothing was deleted'
  fi
}

# Sets FOUND, STATUS, and MINE to 1 if the lab made the cluster.
look_at_cluster() {
  local owner
  look_up present gcloud container clusters describe "${CLUSTER_NAME}" "--project=${PROJECT_ID}" \
    "--location=${LOCATION}" '--format=value(status,resourceLabels.dplab)'
  IFS=$'\t' read -r STATUS owner <<<"${OUT}"
  MINE=0
  if [[ "${owner}" == "${LAB}" || "${DRY_RUN}" == 1 ]]; then
    MINE=1
  fi
}

cluster_rests() {
  look_at_cluster
  not_yet "its status is ${STATUS}"
  if [[ "${FOUND}" == 0 || "${STATUS}" != PROVISIONING && "${STATUS}" != RECONCILING && "${STATUS}" != STOPPING ]]; then
    arrived
  fi
}

# Services of type LoadBalancer, Ingresses and Gateways are gone only when their load balancers are:
# Kubernetes holds them back until then. Without this, load balancers outlive the cluster, and cost.
delete_load_balancers() {
  delete_each gateways.gateway.networking.k8s.io '{range .items[*]}'
  delete_each ingresses.networking.k8s.io '{range .items[*]}'
  delete_each services '{range .items[?(@.spec.type=="LoadBalancer")]}'
}

# delete_each KIND RANGE: all of the range, in all namespaces. Not every cluster knows every kind.
delete_each() {
  local kind="$1" where name
  look_up present "${KUBECTL[@]}" get "${kind}" --all-namespaces \
    "--output=jsonpath=$2"'{.metadata.namespace}{" "}{.metadata.name}{"\n"}{end}'
  dry_name "${NAMESPACE} NAME"
  while read -r where name; do
    if [[ -n "${name}" ]]; then
      run "${KUBECTL[@]}" delete "${kind}" "${name}" "--namespace=${where}" \
        --ignore-not-found "--timeout=${WAIT_SECONDS}s"
    fi
  done <<<"${OUT}"
}

# The object of a group of endpoints is gone only when the group is. Kubernetes looks every few
# minutes.
no_endpoint_groups() {
  look_up absent "${KUBECTL[@]}" get servicenetworkendpointgroups.networking.gke.io \
    --all-namespaces --field-selector=metadata.namespace!=kube-system --output=name
  arrived
  if [[ -n "${OUT}" ]]; then
    not_yet "${OUT%%$'\n'*} is still there"
  fi
}

no_forwarding_rules() {
  local name
  arrived
  for name in "${LOAD_BALANCERS[@]}"; do
    forwarding_rules "${name}"
    if [[ -n "${OUT}" ]]; then
      not_yet "the forwarding rule ${name} is still there"
    fi
  done
}

empty_cluster() {
  local object kind where name
  connect
  step 'load balancers'
  load_balancers
  delete_load_balancers
  wait_for 'forwarding rules to go' "${WAIT_SECONDS}" no_forwarding_rules

  step 'probes, policies, annotations, application'
  for object in "${probes[@]}"; do
    run "${KUBECTL[@]}" delete pod "${object#*/}" "--namespace=${object%%/*}" --ignore-not-found \
      "--timeout=${WAIT_SECONDS}s"
  done
  for object in "${policies[@]}"; do
    IFS=/ read -r kind where name <<<"${object}"
    remove "${KUBECTL[@]}" delete "${kind}" "${name}" "--namespace=${where}" --ignore-not-found \
      "--timeout=${WAIT_SECONDS}s"
  done
  for object in "${annotated[@]}"; do
    remove "${KUBECTL[@]}" annotate namespace "${object}" "${DENY_ANNOTATION}-"
  done
  # Kinds that the cluster never came to know are no obstacle.
  remove "${KUBECTL[@]}" delete "--kustomize=${LAB_DIR}/kubernetes/app" --ignore-not-found \
    "--timeout=${WAIT_SECONDS}s"
  for object in "${own_namespaces[@]}"; do
    run "${KUBECTL[@]}" delete namespace "${object}" --ignore-not-found "--timeout=${WAIT_SECONDS}s"
  done
  wait_for 'network endpoint groups to go' "${WAIT_SECONDS}" no_endpoint_groups
}

delete_cluster() {
  step "cluster ${CLUSTER_NAME}"
  look_at_cluster
  if [[ "${FOUND}" == 0 ]]; then
    say 'gone already'
    return
  fi
  if [[ "${MINE}" == 0 ]]; then
    die "the cluster ${CLUSTER_NAME} is not this lab's, so it is kept, and with it all it stands on"
  fi
  wait_for "the cluster ${CLUSTER_NAME} to come to rest" "${WAIT_SECONDS}" cluster_rests
  if [[ "${FOUND}" == 0 ]]; then
    return
  fi
  if [[ "${SKIP_KUBERNETES}" != 1 && "${STATUS}" =~ ^(RUNNING|DEGRADED)$ || "${DRY_RUN}" == 1 ]]; then
    empty_cluster
  else
    warn 'the cluster is not asked to take down its load balancers: they are looked for behind it'
  fi
  half_made "perhaps the cluster ${CLUSTER_NAME}, on its way down: run this again"
  in_turn gcloud container clusters delete "${CLUSTER_NAME}" "--project=${PROJECT_ID}" \
    "--location=${LOCATION}" --quiet
}

# The alert before the metric and the channel that it refers to, whatever the profile called them
# when they were made.
delete_alerting() {
  local name mine="userLabels.dplab=\"${CLUSTER_NAME}\" AND userLabels.dplab_lab=\"${LAB}\""
  step 'alert, metric, notification channel'
  ask gcloud alpha monitoring policies list "--project=${PROJECT_ID}" \
    "--filter=${mine}" '--format=value(name)'
  dry_name "projects/${PROJECT_ID}/alertPolicies/ALERT"
  while read -r name; do
    if [[ -n "${name}" ]]; then
      remove gcloud alpha monitoring policies delete "${name}" "--project=${PROJECT_ID}" --quiet
    fi
  done <<<"${OUT}"
  ask gcloud logging metrics list "--project=${PROJECT_ID}" \
    "--filter=description=\"${MARKER}\"" '--format=value(name)'
  dry_name bank-ledger-denied
  while read -r name; do
    if [[ -n "${name}" ]]; then
      remove gcloud logging metrics delete "${name}" "--project=${PROJECT_ID}" --quiet
    fi
  done <<<"${OUT}"
  ask gcloud beta monitoring channels list "--project=${PROJECT_ID}" \
    "--filter=${mine}" '--format=value(name)'
  dry_name "projects/${PROJECT_ID}/notificationChannels/CHANNEL"
  while read -r name; do
    if [[ -n "${name}" ]]; then
      remove gcloud beta monitoring channels delete "${name}" "--project=${PROJECT_ID}" --quiet
    fi
  done <<<"${OUT}"
}

# delete_parts KIND…: what load_balancer_parts found, above before below.
delete_parts() {
  local kind name area
  for kind in "$@"; do
    while IFS=, read -r name area _; do
      case "${kind}${area:+ regional}" in
        *' regional') area="--region=${area}" ;;
        http-health-checks) area='' ;;
        *) area=--global ;;
      esac
      if [[ -n "${name}" ]]; then
        remove gcloud compute "${kind}" delete "${name}" "--project=${PROJECT_ID}" \
          ${area:+"${area}"} --quiet
      fi
    done <<<"${PARTS[${kind}]}"
  done
}

# delete_zonal KIND…: of OUT, a line NAME,ZONE each.
delete_zonal() {
  local name zone
  while IFS=, read -r name zone _; do
    if [[ -n "${zone}" ]]; then
      remove gcloud compute "$@" delete "${name}" "--project=${PROJECT_ID}" "--zone=${zone}" --quiet
    elif [[ -n "${name}" ]]; then
      warn "the $* ${name} is not in a zone, so Kubernetes didn't make it: it is kept"
    fi
  done <<<"${OUT}"
}

# Groups of endpoints and firewall rules go last: they lead a later run to what is not gone yet.
delete_behind_one_s_back() {
  local name
  step 'load balancers that outlived the cluster'
  load_balancers
  for name in "${LOAD_BALANCERS[@]}"; do
    forwarding_rules "${name}"
    if [[ -n "${OUT}" ]]; then
      remove gcloud compute forwarding-rules delete "${name}" "--project=${PROJECT_ID}" \
        "--region=${REGION}" --quiet
    fi
    target_pools "${name}"
    if [[ -n "${OUT}" ]]; then
      remove gcloud compute target-pools delete "${name}" "--project=${PROJECT_ID}" \
        "--region=${REGION}" --quiet
    fi
  done
  load_balancer_parts
  if ((${#CHECKS[@]} > 0)); then
    half_made "the lab, partly: run this again. These health checks may outlive it: ${CHECKS[*]}"
  fi
  delete_parts "${KINDS[@]}"
  half_made 'the lab is partly there: run this again'
  step 'addresses'
  addresses
  # shellcheck disable=SC2154 # load-balancers.sh declares it
  PARTS[addresses]="${OUT}"
  delete_parts addresses
  step 'groups of endpoints'
  endpoint_groups
  delete_zonal network-endpoint-groups
  instance_groups
  delete_zonal instance-groups unmanaged
  step 'firewall rules'
  firewall_rules
  while read -r name; do
    if [[ -n "${name}" ]]; then
      remove gcloud compute firewall-rules delete "${name}" "--project=${PROJECT_ID}" --quiet
    fi
  done <<<"${OUT}"
}

# Sets FOUND to 1 if there is a network of this name that the lab made.
look_at_network() {
  look_up present gcloud compute networks describe "${NETWORK}" "--project=${PROJECT_ID}" \
    '--format=value(description)'
  if [[ "${FOUND}" == 1 && "${DRY_RUN}" != 1 && "${OUT}" != "${MARKER}" ]]; then
    warn "the network ${NETWORK} is not this lab's, so it is kept"
    FOUND=0
  fi
}

delete_network() {
  local busy='being used by|resourceInUse|is not ready'
  look_at_network
  if [[ "${FOUND}" == 0 ]]; then
    return
  fi
  delete_behind_one_s_back
  step "network ${NETWORK}"
  look_up present gcloud compute routers describe "${ROUTER}" "--project=${PROJECT_ID}" \
    "--region=${REGION}" '--format=value(network.basename())'
  if [[ "${DRY_RUN}" == 1 || "${FOUND}" == 1 && "${OUT}" == "${NETWORK}" ]]; then
    remove gcloud compute routers nats delete "${NAT}" "--project=${PROJECT_ID}" \
      "--region=${REGION}" "--router=${ROUTER}" --quiet
    remove gcloud compute routers delete "${ROUTER}" "--project=${PROJECT_ID}" \
      "--region=${REGION}" --quiet
  fi
  look_up present gcloud compute networks subnets describe "${SUBNET}" "--project=${PROJECT_ID}" \
    "--region=${REGION}" '--format=value(network.basename())'
  if [[ "${DRY_RUN}" == 1 || "${FOUND}" == 1 && "${OUT}" == "${NETWORK}" ]]; then
    retry "${busy}" "${WAIT_SECONDS}" gcloud compute networks subnets delete "${SUBNET}" \
      "--project=${PROJECT_ID}" "--region=${REGION}" --quiet
  fi
  retry "${busy}" "${WAIT_SECONDS}" gcloud compute networks delete "${NETWORK}" \
    "--project=${PROJECT_ID}" --quiet
}

# The settings may have named another cluster when the lab was made: it stands on the same network
# and account.
no_other_cluster() {
  local name where
  lab_clusters
  while IFS=, read -r name where; do
    if [[ -n "${name}" && "${DRY_RUN}" != 1 ]]; then
      die "the cluster ${name} in ${where} stands on what would go next, so that is kept: CLUSTER_NAME=${name} LOCATION=${where} ${0} takes both down"
    fi
  done <<<"${OUT}"
}

# Disks of persistent volumes carry the cluster's name and location.
delete_disks() {
  local name zone area
  step 'disks of persistent volumes'
  disks
  while IFS=, read -r name zone area; do
    if [[ -n "${zone}" ]]; then
      remove gcloud compute disks delete "${name}" "--project=${PROJECT_ID}" "--zone=${zone}" --quiet
    elif [[ -n "${area}" ]]; then
      remove gcloud compute disks delete "${name}" "--project=${PROJECT_ID}" "--region=${area}" --quiet
    fi
  done <<<"${OUT}"
}

# Bindings outlive their account, so they go first.
delete_service_account() {
  local role
  step "service account ${NODE_ACCOUNT}"
  look_up_account present
  if [[ "${DRY_RUN}" != 1 ]] && [[ "${FOUND}" == 0 || "${OUT}" != "${MARKER}" ]]; then
    say 'gone already, or not of this lab'
    return
  fi
  for role in "${roles[@]}"; do
    remove gcloud projects remove-iam-policy-binding "${PROJECT_ID}" \
      "--member=serviceAccount:${NODE_ACCOUNT}" "--role=${role}" --condition=None \
      '--format=value(etag)'
  done
  remove gcloud iam service-accounts delete "${NODE_ACCOUNT}" "--project=${PROJECT_ID}" --quiet
}

# forget contexts|clusters|users context|cluster|user
forget() {
  local known
  ask kubectl config "get-$1"  ${3:+"$3"}
  dry_name "${KUBE_CONTEXT}"
  while IFS= read -r known; do
    if [[ "${known}" == "${KUBE_CONTEXT}" ]]; then
      run kubectl config "delete-$2" "${KUBE_CONTEXT}"
    fi
  done <<<"${OUT}"
}

need gcloud kubectl alpha beta
check_project
confirm
half_made 'the lab is partly there: run this again. SKIP_KUBERNETES=1 leaves out what a cluster is asked for before it goes'
delete_cluster
delete_disks
no_other_cluster
delete_network
delete_service_account
delete_alerting
step "kubectl's configuration"
forget contexts context --output=name
forget clusters cluster
forget users user
half_made ''
say 'done; 91-verify-clean-up.sh looks for what is left'
