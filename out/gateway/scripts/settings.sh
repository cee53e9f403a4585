# shellcheck shell=bash
# What this lab is about: where it runs and what its parts are called. Sourced by lib.sh.
#
# Each setting may come from the environment instead, for one run or for a whole shell:
#   PROJECT_ID=another-project ./10-enable-apis.sh
# The user's own gcloud configuration is neither read for these nor changed.

LAB=gateway
default_project=your-project
default_cluster=your-gateway-cluster
default_location=europe-west1-c
default_node_account=your-gateway-cluster-nodes

PROJECT_ID="${PROJECT_ID:-${default_project}}"
CLUSTER_NAME="${CLUSTER_NAME:-${default_cluster}}"
LOCATION="${LOCATION:-${default_location}}" # a region or a zone

# The region, also of a zone: us-east1 of us-east1-b.
case "${LOCATION}" in
  *-*-*) REGION="${LOCATION%-*}" ;;
  *) REGION="${LOCATION}" ;;
esac

NETWORK=your-gateway-cluster-network
SUBNET=your-gateway-cluster-nodes
PROXY_SUBNET=your-gateway-cluster-proxies
ROUTER=''
NAT=''
NODE_ACCOUNT="${default_node_account}@${PROJECT_ID}.iam.gserviceaccount.com"
WORKLOAD_POOL="${PROJECT_ID}.svc.id.goog"
NAMESPACE=web
DENY_ANNOTATION=policy.network.gke.io/enable-deny-logging

# The name that get-credentials gives to kubectl's context, cluster and user.
KUBE_CONTEXT="gke_${PROJECT_ID}_${LOCATION}_${CLUSTER_NAME}"

# How kubectl reaches the control plane; empty: by its address.
ENDPOINT_FLAG=''

# By this text, in descriptions, a later run knows what the lab made and may delete.
MARKER="made by dplab for the lab ${LAB}"

export LAB PROJECT_ID CLUSTER_NAME LOCATION REGION NETWORK SUBNET PROXY_SUBNET ROUTER NAT NODE_ACCOUNT
export WORKLOAD_POOL NAMESPACE DENY_ANNOTATION KUBE_CONTEXT ENDPOINT_FLAG MARKER
