# shellcheck shell=bash
# Load balancers that outlived what they were made for, found from below: on the groups of endpoints
# in the lab's own network stand backend services, on those URL maps, proxies and forwarding rules.

# shellcheck source-path=SCRIPTDIR source=leftovers.sh disable=SC1091
source "${BASH_SOURCE[0]%load-balancers.sh}leftovers.sh"

# What Kubernetes makes has such names. What somebody else put on top of the lab's endpoints stays,
# and keeps the network from being deleted.
BY_KUBERNETES='name~"^(k8s|gkegw)"'
declare -A PARTS
# In the order in which they can be deleted.
# shellcheck disable=SC2034 # read by the scripts that take this in
KINDS=(forwarding-rules target-http-proxies target-https-proxies url-maps backend-services
  health-checks http-health-checks)

endpoint_groups() {
  ask gcloud compute network-endpoint-groups list "--project=${PROJECT_ID}" \
    "--filter=${IN_NETWORK}" '--format=csv[no-heading](name,zone.basename(),region.basename())'
  dry_name k8s1-GROUP,ZONE,
}

instance_groups() {
  ask gcloud compute instance-groups list "--project=${PROJECT_ID}" --only-unmanaged \
    "--filter=${IN_NETWORK} AND ${BY_KUBERNETES}" '--format=csv[no-heading](name,zone.basename())'
  dry_name k8s-ig--GROUP,ZONE
}

# Sets NAMES to the first words of OUT's lines.
names() {
  local name rest
  NAMES=()
  while IFS=$', \t' read -r name rest; do
    if [[ "${name}" =~ ^[A-Za-z0-9-]+$ ]]; then
      NAMES+=("${name}")
    fi
  done <<<"${OUT}"
}

# referring KIND FIELD NAME…: what refers by the field to one of the names.
referring() {
  local kind="$1" field="$2"
  shift 2
  OUT=''
  if (($# > 0)); then
    join '|' "$@"
    ask gcloud compute "${kind}" list "--project=${PROJECT_ID}" \
      "--filter=${BY_KUBERNETES} AND ${field}~\"/(${REPLY})\$\"" \
      '--format=csv[no-heading](name,region.basename(),healthChecks.basename())'
    dry_name "k8s2-${kind},"
  fi
}

# url_maps SERVICE…: a map refers to backend services from deep inside.
url_maps() {
  local all map where rest services found=''
  OUT=''
  if (($# > 0)); then
    join '|' "$@"
    services="/backendServices/(${REPLY})([^A-Za-z0-9-]|\$)"
    ask gcloud compute url-maps list "--project=${PROJECT_ID}" "--filter=${BY_KUBERNETES}" \
      '--format=csv[no-heading](name,region.basename(),defaultService,pathMatchers)'
    all="${OUT}"
    while IFS=, read -r map where rest; do
      if [[ "${rest}" =~ ${services} ]]; then
        found+="${map},${where}"$'\n'
      fi
    done <<<"${all}"
    OUT="${found}"
    dry_name k8s2-url-maps,
  fi
}

# balancing_rules PROXIES SERVICES: forwarding rules in the network, and those that lead to one of
# the proxies or services (patterns, which may be empty).
balancing_rules() {
  local filter="${IN_NETWORK}"
  if [[ -n "$1" ]]; then
    filter+=" OR target~\"/($1)\$\""
  fi
  if [[ -n "$2" ]]; then
    filter+=" OR backendService~\"/($2)\$\""
  fi
  ask gcloud compute forwarding-rules list "--project=${PROJECT_ID}" "--filter=${filter}" \
    '--format=csv[no-heading](name,region.basename())'
  dry_name INTERNAL-LOAD-BALANCER,REGION
}

# health_checks NAME…: those of the names that exist. The groups and the firewall rules, which go
# last, give the names away too when a run has stopped in between.
health_checks() {
  local rule filter all=("$@")
  firewall_rules
  while IFS= read -r rule; do
    case "${rule}" in
      k8s*-http-hc) all+=("${rule%-http-hc}") ;;
      k8s*-fw) all+=("${rule%-fw}") ;;
      gkegw*-l7-*) all+=("${rule%%-l7-*}-.*") ;;
      *) ;;
    esac
  done <<<"${OUT}"
  OUT=''
  PARTS[http-health-checks]=''
  if ((${#all[@]} > 0)); then
    join '|' "${all[@]}"
    filter="${BY_KUBERNETES} AND name~\"^(${REPLY})\$\""
    ask gcloud compute http-health-checks list "--project=${PROJECT_ID}" "--filter=${filter}" \
      '--format=value(name)'
    PARTS[http-health-checks]="${OUT}"
    ask gcloud compute health-checks list "--project=${PROJECT_ID}" "--filter=${filter}" \
      '--format=csv[no-heading](name,region.basename())'
    dry_name k8s2-health-checks,
  fi
}

# Sets PARTS to what stands on the groups of endpoints in the lab's network, kind by kind, a line
# NAME,REGION each. Without a region a part is global.
load_balancer_parts() {
  local groups services maps proxies below
  endpoint_groups
  names
  groups=("${NAMES[@]}")
  instance_groups
  names
  groups+=("${NAMES[@]}")
  referring backend-services backends.group "${groups[@]}"
  PARTS[backend-services]="${OUT}"
  checks_of_services
  names
  services=("${NAMES[@]}")
  url_maps "${services[@]}"
  PARTS[url-maps]="${OUT}"
  names
  maps=("${NAMES[@]}")
  referring target-http-proxies urlMap "${maps[@]}"
  PARTS[target-http-proxies]="${OUT}"
  names
  proxies=("${NAMES[@]}")
  referring target-https-proxies urlMap "${maps[@]}"
  PARTS[target-https-proxies]="${OUT}"
  names
  proxies+=("${NAMES[@]}")
  join '|' "${services[@]}"
  below="${REPLY}"
  join '|' "${proxies[@]}"
  balancing_rules "${REPLY}" "${below}"
  PARTS[forwarding-rules]="${OUT}"
  health_checks "${groups[@]}" "${CHECKS[@]}"
  # shellcheck disable=SC2034 # as above
  PARTS[health-checks]="${OUT}"
}

# Sets CHECKS to the health checks that the backend services of OUT name: NAME,REGION,CHECK;CHECK.
checks_of_services() {
  local rest all name
  CHECKS=()
  while IFS=, read -r _ _ rest; do
    IFS=';' read -r -a all <<<"${rest}"
    for name in "${all[@]}"; do
      if [[ "${name}" =~ ^[A-Za-z0-9-]+$ ]]; then
        CHECKS+=("${name}")
      fi
    done
  done <<<"${OUT}"
}
