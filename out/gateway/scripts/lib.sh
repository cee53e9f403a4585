# shellcheck shell=bash
# What the scripts share. Nothing in here depends on the lab.
#
# Environment:
#   DRY_RUN=1         print each command on standard output and run none, not even look-ups
#   VERBOSE=1         show look-ups too
#   POLL_SECONDS      pause between two looks at something that takes its time (5)
#   WAIT_SECONDS      how long to wait for such a thing (900)
#
# No function is called in a condition, where bash would go on after a failure inside of it.
# A function that answers a question sets a variable instead: FOUND, OUT, REPLY.

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf 'error: bash 4.4 or newer is needed, this is %s; on macOS: brew install bash\n' "${BASH_VERSION}" >&2
  exit 1
fi
set -euo pipefail
shopt -s inherit_errexit

# shellcheck source-path=SCRIPTDIR source=settings.sh disable=SC1091
source "${BASH_SOURCE[0]%lib.sh}settings.sh"

LAB_DIR="$(CDPATH='' cd -- "${BASH_SOURCE[0]%lib.sh}.." && pwd)"
DRY_RUN="${DRY_RUN:-0}"
VERBOSE="${VERBOSE:-0}"
POLL_SECONDS="${POLL_SECONDS:-5}"
WAIT_SECONDS="${WAIT_SECONDS:-900}"
export LAB_DIR DRY_RUN VERBOSE POLL_SECONDS WAIT_SECONDS
KUBECTL=(kubectl "--context=${KUBE_CONTEXT}")

# --- Telling ---------------------------------------------------------------------------------

step() { printf '\n==> %s\n' "$*" >&2; }
say() { printf '    %s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Whatever ends a script, nothing half-made stays unsaid, and no temporary file stays.
HALF_MADE=''
half_made() { HALF_MADE="$1"; }
WORK="$(mktemp -d)"
on_exit() {
  local status=$?
  trap - EXIT
  rm -rf -- "${WORK}"
  if ((status != 0)) && [[ -n "${HALF_MADE}" ]]; then
    printf '\nleft half-made: %s\n' "${HALF_MADE}" >&2
  fi
  exit "${status}"
}
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The settings end up in filters and names, so they must look like what they are.
valid() {
  local what="$1" value="$2" pattern="$3"
  if ! [[ "${value}" =~ ^${pattern}$ ]]; then
    die "${what} can't be '${value}'"
  fi
}
valid PROJECT_ID "${PROJECT_ID}" '[a-z][a-z0-9-]{4,28}[a-z0-9]'
valid CLUSTER_NAME "${CLUSTER_NAME}" '[a-z]([a-z0-9-]{0,38}[a-z0-9])?'
valid LOCATION "${LOCATION}" '[a-z]+-[a-z]+[0-9]+(-[a-z0-9]+)?'

# --- Running ---------------------------------------------------------------------------------

# Sets REPLY to the words as a shell would read them.
quote() {
  local word apostrophe="'\\''"
  REPLY=''
  for word in "$@"; do
    if [[ "${word}" =~ ^[A-Za-z0-9_./:@%+=,-]+$ ]]; then
      REPLY+=" ${word}"
    else
      REPLY+=" '${word//\'/"${apostrophe}"}'"
    fi
  done
  REPLY="${REPLY# }"
}

show() {
  quote "$@"
  if [[ "${DRY_RUN}" == 1 ]]; then
    printf '%s\n' "${REPLY}"
  else
    printf '    $ %s\n' "${REPLY}" >&2
  fi
}

# Shows a command and runs it; a failure stops the script.
run() {
  show "$@"
  if [[ "${DRY_RUN}" != 1 ]]; then
    "$@"
  fi
}

# Runs a command and never stops: OUT is what it printed, ERR what it complained, RC its status.
capture() {
  OUT='' ERR='' RC=0
  if [[ "${DRY_RUN}" == 1 || "${VERBOSE}" == 1 ]]; then
    show "$@"
  fi
  if [[ "${DRY_RUN}" == 1 ]]; then
    return
  fi
  OUT="$("$@" 2>"${WORK}/stderr")" || RC=$?
  ERR="$(<"${WORK}/stderr")"
}

# Stops with the complaint of the command that was captured last.
fail() {
  quote "$@"
  printf '%s\n' "${ERR}" >&2
  die "this failed with status ${RC}: ${REPLY}"
}

# Like capture, for what must succeed.
ask() {
  capture "$@"
  if ((RC != 0)); then
    fail "$@"
  fi
}

# Sets ABSENT to 1 if the command that was captured last says that a thing doesn't exist. No
# login, no network, no permission, an API that is off: all that is no answer. Whole phrases are
# looked for, since the name of the thing stands in the complaint as well.
read_absence() {
  ABSENT=0
  case "${ERR}" in
    *PERMISSION_DENIED* | *SERVICE_DISABLED* | *"has not been used in project"*) ;;
    *"ermission '"*"' denied"* | *"Required '"*"' permission"* | *"does not have permission"*) ;;
    *"does not have "*" access to"* | *"(Forbidden)"* | *code=403*) ;;
    *"(NotFound)"* | *"doesn't have a resource type"* | *"no matches for kind"*) ABSENT=1 ;;
    *gke-gcloud-auth-plugin* | *"command not found"*) ;;
    *NOT_FOUND* | *code=404* | *"ot found"* | *"does not exist"* | *"Could not find ["*) ABSENT=1 ;;
    *) ;;
  esac
}

# look_up present|absent COMMAND…: sets FOUND to 1 or 0, and OUT. The first word is what a dry run
# takes for granted. A look-up that fails for another reason stops the script.
look_up() {
  local assumed="$1"
  shift
  capture "$@"
  FOUND=1
  if ((RC != 0)); then
    read_absence
    if [[ "${ABSENT}" != 1 ]]; then
      fail "$@"
    fi
    FOUND=0
  fi
  if [[ "${DRY_RUN}" == 1 && "${assumed}" == absent ]]; then
    FOUND=0
  fi
  if [[ "${VERBOSE}" == 1 ]]; then
    say "found: ${FOUND}"
  fi
}

# look_up_account present|absent: the same for the account of the nodes; OUT is its description. A
# look at an account that doesn't exist is refused like one that isn't allowed, so all are listed.
look_up_account() {
  ask gcloud iam service-accounts list "--project=${PROJECT_ID}" \
    "--filter=email=\"${NODE_ACCOUNT}\"" '--format=value(email,description)'
  FOUND=0
  if [[ -n "${OUT}" || "${DRY_RUN}" == 1 && "$1" == present ]]; then
    FOUND=1
  fi
  OUT="${OUT#*$'\t'}"
}

# look_up_object present|absent KIND NAME…: the same for an object of the cluster.
look_up_object() {
  local assumed="$1"
  shift
  look_up "${assumed}" "${KUBECTL[@]}" get "$@" --output=name
}

# Deletes: what is gone is no error.
remove() {
  show "$@"
  if [[ "${DRY_RUN}" == 1 ]]; then
    return
  fi
  capture "$@"
  if ((RC == 0)); then
    return
  fi
  read_absence
  if [[ "${ABSENT}" != 1 ]]; then
    fail "$@"
  fi
  say 'gone already'
}

# retry PATTERN SECONDS COMMAND…: again and again while the complaint matches the pattern. OUT is
# what the command printed in the end.
retry() {
  local pattern="$1" limit="$2" start="${SECONDS}"
  shift 2
  show "$@"
  if [[ "${DRY_RUN}" == 1 ]]; then
    return
  fi
  while :; do
    capture "$@"
    if ((RC == 0)); then
      return
    fi
    if ! [[ "${ERR}" =~ ${pattern} ]]; then
      fail "$@"
    fi
    if ((SECONDS - start >= limit)); then
      quote "$@"
      die "waited ${limit} seconds for ${REPLY}: ${ERR##*$'\n'}"
    fi
    say "not yet: ${ERR##*$'\n'}"
    pause
  done
}

# in_turn COMMAND…: waits while Google Cloud has another operation of the same cluster under way.
in_turn() {
  retry 'try again once it is done|incompatible operation' "${WAIT_SECONDS}" "$@"
}

pause() {
  if [[ "${POLL_SECONDS}" != 0 ]]; then
    sleep "${POLL_SECONDS}"
  fi
}

# wait_for WHAT SECONDS FUNCTION…: calls the function until it says arrived. What it gave as its
# reason by not_yet is told when the time is over.
arrived() { DONE=1; }
not_yet() {
  DONE=0
  REASON="$1"
}
wait_for() {
  local what="$1" limit="$2" start="${SECONDS}"
  shift 2
  REASON='no answer yet'
  while :; do
    DONE=0
    "$@"
    if [[ "${DONE}" == 1 || "${DRY_RUN}" == 1 ]]; then
      return
    fi
    if ((SECONDS - start >= limit)); then
      die "waited ${limit} seconds for ${what}: ${REASON}"
    fi
    pause
  done
}

# --- Tools -----------------------------------------------------------------------------------

# need TOOL…: stops early if a tool isn't there or is too old. A dry run needs none. alpha and beta
# are gcloud's components of that name, which not every installation brings.
need() {
  local tool
  if [[ "${DRY_RUN}" == 1 || "${TOOLS_CHECKED:-0}" == 1 ]]; then
    return
  fi
  for tool in "$@"; do
    case "${tool}" in
      alpha | beta) need_component "${tool}" ;;
      *) need_command "${tool}" ;;
    esac
  done
}

need_command() {
  if ! command -v "$1" >/dev/null; then
    missing "$1"
  fi
  case "$1" in
    gcloud) at_least gcloud 496 'Google Cloud SDK ([0-9]+)' --version ;;
    kubectl) at_least kubectl 27 'gitVersion: v1\.([0-9]+)' version --client --output=yaml ;;
    *) ;;
  esac
}

need_component() {
  ask gcloud --version
  if [[ $'\n'"${OUT}" != *$'\n'"$1 "* ]]; then
    die "gcloud's component $1 is not installed: gcloud components install $1"
  fi
}

missing() {
  case "$1" in
    gcloud) die 'gcloud is not installed: https://cloud.google.com/sdk/docs/install' ;;
    kubectl) die 'kubectl is not installed: https://kubernetes.io/docs/tasks/tools/' ;;
    gke-gcloud-auth-plugin)
      die 'gke-gcloud-auth-plugin is not installed, so kubectl could not log in: gcloud components install gke-gcloud-auth-plugin'
      ;;
    *) die "$1 is not installed" ;;
  esac
}

# at_least TOOL NUMBER PATTERN ARGUMENT…: 496.0.0 brought --enable-dns-access and --dns-endpoint.
at_least() {
  local tool="$1" least="$2" pattern="$3"
  shift 3
  ask "${tool}" "$@"
  if ! [[ "${OUT}" =~ ${pattern} ]]; then
    warn "can't tell the version of ${tool}"
  elif ((BASH_REMATCH[1] < least)); then
    die "${tool} is too old: ${BASH_REMATCH[0]}, at least ${least} is needed"
  fi
}

# A project that can't be seen would look as if nothing in it existed.
check_project() {
  ask gcloud projects describe "${PROJECT_ID}" '--format=value(projectId)'
}

# Makes sure that kubectl knows the cluster, under the name that every call of it gives.
connect() {
  local known
  need gcloud kubectl gke-gcloud-auth-plugin
  ask kubectl config get-contexts --output=name
  while IFS= read -r known; do
    if [[ "${known}" == "${KUBE_CONTEXT}" ]]; then
      return
    fi
  done <<<"${OUT}"
  get_credentials
}

get_credentials() {
  run gcloud container clusters get-credentials "${CLUSTER_NAME}" \
    "--project=${PROJECT_ID}" "--location=${LOCATION}" \
    ${ENDPOINT_FLAG:+"${ENDPOINT_FLAG}"}
}

# --- Words -----------------------------------------------------------------------------------

# Sets REPLY to the words joined by a separator.
join() {
  local separator="$1" word
  shift
  REPLY=''
  for word in "$@"; do
    REPLY+="${REPLY:+${separator}}${word}"
  done
}

# Sets REPLY to a JSON string of the text.
json() {
  local text="$1" out='' char code i
  for ((i = 0; i < ${#text}; i++)); do
    char="${text:i:1}"
    case "${char}" in
      '"' | "\\") out+="\\${char}" ;;
      [[:cntrl:]])
        printf -v code '\\u%04x' "'${char}"
        out+="${code}"
        ;;
      *) out+="${char}" ;;
    esac
  done
  REPLY="\"${out}\""
}

# Sets REPLY to a filter for what policy logging wrote about this cluster.
cluster_filter() {
  REPLY="resource.type=\"k8s_node\""
  REPLY+=" resource.labels.location=\"${LOCATION}\""
  REPLY+=" resource.labels.cluster_name=\"${CLUSTER_NAME}\""
  REPLY+=" logName=\"projects/${PROJECT_ID}/logs/policy-action\""
}
