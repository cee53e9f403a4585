# shellcheck shell=bash
# What Kubernetes and GKE make behind one's back, found by the lab's own network or cluster. Each
# function sets OUT to one name a line, with its zone and region where it has them.
#
# In a network that was there before the lab nothing is deleted by these lists, for it can't be told
# whose a rule or an endpoint group is. There the clean-up waits, before it deletes the cluster,
# until Kubernetes has taken down what it made.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${BASH_SOURCE[0]%leftovers.sh}lib.sh"

IN_NETWORK="network~/${NETWORK}\$"
FIREWALL_FILTER="${IN_NETWORK}"
LAB_CLUSTERS="resourceLabels.dplab=\"${LAB}\" OR network=\"${NETWORK}\""
OF_CLUSTER="labels.goog-k8s-cluster-name=${CLUSTER_NAME} AND labels.goog-k8s-cluster-location=${LOCATION}"

# dry_name NAME: what a dry run shows in place of a list.
dry_name() {
  if [[ "${DRY_RUN}" == 1 ]]; then
    OUT="$1"
  fi
}

# Of the lab, whatever their names and wherever they are.
lab_clusters() {
  ask gcloud container clusters list "--project=${PROJECT_ID}" "--filter=${LAB_CLUSTERS}" \
    '--format=csv[no-heading](name,location)'
}

firewall_rules() {
  ask gcloud compute firewall-rules list "--project=${PROJECT_ID}" \
    "--filter=${FIREWALL_FILTER}" '--format=value(name)'
  dry_name k8s-fw-LOAD-BALANCER
}

# forwarding_rules NAME: of a load balancer; its target pool has the same name.
forwarding_rules() {
  ask gcloud compute forwarding-rules list "--project=${PROJECT_ID}" \
    "--regions=${REGION}" "--filter=name=$1" '--format=value(name)'
  dry_name "$1"
}

target_pools() {
  ask gcloud compute target-pools list "--project=${PROJECT_ID}" \
    "--regions=${REGION}" "--filter=name=$1" '--format=value(name)'
  dry_name "$1"
}

disks() {
  ask gcloud compute disks list "--project=${PROJECT_ID}" \
    "--filter=${OF_CLUSTER}" '--format=csv[no-heading](name,zone.basename(),region.basename())'
  dry_name pvc-DISK,ZONE,
}

# Sets LOAD_BALANCERS to the names that firewall rules give away: k8s-fw-NAME.
load_balancers() {
  local rule
  LOAD_BALANCERS=()
  firewall_rules
  while IFS= read -r rule; do
    if [[ "${rule}" == k8s-fw-* ]]; then
      LOAD_BALANCERS+=("${rule#k8s-fw-}")
    fi
  done <<<"${OUT}"
}

addresses() {
  ask gcloud compute addresses list "--project=${PROJECT_ID}" \
    "--filter=${IN_NETWORK} OR subnetwork~/${REGION}/subnetworks/${SUBNET}\$" \
    '--format=csv[no-heading](name,region.basename())'
  dry_name ADDRESS,REGION
}
