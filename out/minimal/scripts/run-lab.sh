#!/usr/bin/env bash
# Runs the whole lab in order and tells what came out of it: predicted against measured.
#
# usage: run-lab.sh [--again]
#   --again   run stages too that were run on this cluster before
#
# After a failure run it again: steps keep what exists, and stages that are done are left out. The
# lab stays up afterwards: 90-clean-up.sh takes it down.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=probes.sh disable=SC1091
source "${SCRIPTS}/probes.sh"

PROGRESS="${RESULTS_FILE%.jsonl}.progress"
WRONG=0
MEASURED=0
if [[ "${1:-}" == --again && "${DRY_RUN}" != 1 ]]; then
  rm -f -- "${PROGRESS}"
fi
export RESULTS_FILE

run_step() {
  step "$1"
  "${BASH}" "${LAB_DIR}/$1"
}

# Stages that are done are remembered by the cluster's id and by what their script says: a new cluster
# begins anew, and so does a stage that the profile changed.
look_at_cluster() {
  ask gcloud container clusters describe "${CLUSTER_NAME}" "--project=${PROJECT_ID}" \
    "--location=${LOCATION}" '--format=value(id)'
  CLUSTER_ID="${OUT}"
}

# has_results STAGE: sets FOUND to 1 if the results tell of it.
has_results() {
  local line
  FOUND=0
  if [[ -f "${RESULTS_FILE}" ]]; then
    while IFS= read -r line; do
      if [[ "${line}" == *"\"lab\":\"${LAB}\",\"stage\":\"$1\","* ]]; then
        FOUND=1
      fi
    done <"${RESULTS_FILE}"
  fi
}

# run_stage NAME FILE [measured]: the last word if it tries something. One that does not come out as predicted doesn't stop the lab.
run_stage() {
  local status=0 sum done_line line
  sum="$(cksum <"${LAB_DIR}/$2")"
  done_line="${CLUSTER_ID} $1 ${sum/ /-}"
  FOUND=1
  if [[ "${3:-}" == measured ]]; then
    MEASURED=$((MEASURED + 1))
    has_results "$1"
  fi
  if [[ "${FOUND}" == 1 && -f "${PROGRESS}" ]]; then
    while IFS= read -r line; do
      if [[ "${line}" == "${done_line}" ]]; then
        say "stage $1: done before"
        return
      fi
    done <"${PROGRESS}"
  fi
  "${BASH}" "${LAB_DIR}/$2" || status=$?
  if ((status == 4)); then
    warn "stage $1 did not come out as predicted"
  elif ((status != 0)); then
    die "stage $1 stopped with status ${status}; run this again to go on from here"
  elif [[ "${DRY_RUN}" != 1 ]]; then
    printf '%s\n' "${done_line}" >>"${PROGRESS}"
  fi
}

# Sets VALUE to a field of a line of results. Only names and words are asked for.
field() {
  VALUE='-'
  if [[ "$1" =~ $2 ]]; then
    VALUE="${BASH_REMATCH[1]//\"/}"
  fi
}

# tell STAGE: the last result of each of its probes.
tell() {
  local line name
  local -A last=()
  local -a order=()
  while IFS= read -r line; do
    if [[ "${line}" == *"\"lab\":\"${LAB}\",\"stage\":\"$1\","* ]]; then
      field "${line}" '"probe":("[^"]*")'
      name="${VALUE}"
      if [[ -z "${last["${name}"]:-}" ]]; then
        order+=("${name}")
      fi
      last["${name}"]="${line}"
    fi
  done <"${RESULTS_FILE}"
  if ((${#order[@]} == 0)); then
    WRONG=1
    row "$1" - - - - - 'no result'
  fi
  for name in "${order[@]}"; do
    tell_line "$1" "${name}" "${last["${name}"]}"
  done
}

tell_line() {
  local -a cells=("$1" "$2")
  local pattern
  for pattern in '"expected":[{]"verdict":("[a-z]*"|null)' '"measured":[{]"verdict":("[a-z]*")' \
    '"expected":[{][^}]*"logged":([a-z]*)' '"measured":[{][^}]*"logged":([a-z]*)'; do
    field "$3" "${pattern}"
    cells+=("${VALUE}")
  done
  if [[ "$3" == *'"ok":true,'* ]]; then
    row "${cells[@]}" ok
  else
    WRONG=1
    field "$3" '"reason":"([^"]*)"'
    row "${cells[@]}" "${VALUE}"
  fi
}

need gcloud kubectl gke-gcloud-auth-plugin
export TOOLS_CHECKED=1
run_step scripts/10-enable-apis.sh
run_step scripts/11-create-network.sh
run_step scripts/12-create-service-account.sh
run_step scripts/13-create-cluster.sh
run_step scripts/15-get-credentials.sh
run_step scripts/20-deploy-app.sh
run_step scripts/21-show-address.sh
run_step scripts/22-inspect-services.sh
look_at_cluster

if [[ "${DRY_RUN}" == 1 ]]; then
  exit 0
fi
if ((MEASURED == 0)); then
  say 'no stage tries anything, so there is nothing to tell'
  exit 0
fi
if [[ ! -f "${RESULTS_FILE}" ]]; then
  die "the stages left no results in ${RESULTS_FILE}"
fi
printf '\n'
row STAGE PROBE EXPECTED MEASURED LOGGED FOUND RESULT
printf '\nresults: %s\nthe lab is still up, and costs: %s/90-clean-up.sh takes it down\n' \
  "${RESULTS_FILE}" "${SCRIPTS}"
if ((WRONG)); then
  exit 4
fi
