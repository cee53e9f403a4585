# shellcheck shell=bash
# Stages and probes: what every stage's script does with its own data.
#
# Environment, beside that of lib.sh:
#   RESULTS_FILE         where results are appended (LAB-results.jsonl in the current folder)
#   SETTLE_SECONDS       from a change of policies until nodes enforce it, at most (15)
#   START_SECONDS        how long a probe's pod may take to start, its image included (300)
#   LOG_SECONDS          how long to wait for an entry that should come (300)
#   QUIET_SECONDS        how long to wait before saying that no entry comes (120)
#
# RESULTS_FILE holds one JSON object a line, one for each probe of each stage. Where a probe of a
# stage has more than one, the last one counts. Its fields, always all of them:
#   lab, stage           names
#   number               of the stage, from 1
#   probe                name
#   expected             {"verdict": "allowed"|"denied"|null, "logged": true|false|null}
#                        null: not asserted; both are null where it only ran as a control
#   measured             {"verdict": "allowed"|"denied"|"error", "logged": true|false|null}
#                        error: the probe said nothing about the network; null: logs not looked at
#   control              {"probe": NAME, "verdict": …} or null: who must get through, and did it
#   exit_code            of the probe's command, or null; 124: it timed out
#   started              when the probe's pod was made, by the cluster's clock, or null
#   filter               the Cloud Logging filter for its entries, or null
#   ok                   measured is as expected, and a denial has its control
#   reason               why not, or an empty text

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${BASH_SOURCE[0]%probes.sh}lib.sh"

RESULTS_FILE="${RESULTS_FILE:-${PWD}/${LAB}-results.jsonl}"
SETTLE_SECONDS="${SETTLE_SECONDS:-15}"
START_SECONDS="${START_SECONDS:-300}"
LOG_SECONDS="${LOG_SECONDS:-300}"
QUIET_SECONDS="${QUIET_SECONDS:-120}"

STAGE=''
NUMBER=0
declare -a PROBES=()     # names, in order
declare -A FACTS=()      # by "NAME FIELD"
LAST_PROBE="${SECONDS}"  # when the last one ended
FAILED=0

# --- The state of a stage --------------------------------------------------------------------

# begin_stage NAME NUMBER COUNT TITLE
begin_stage() {
  STAGE="$1"
  NUMBER="$2"
  step "stage $2 of $3: $4"
  connect
  half_made "the stage ${STAGE}: run this again, it sets policies and logging anew"
}

# GKE brings the kind soon after the control plane, not with it. Server-side apply takes over GKE's own NetworkLogging object without a warning. The object is
# never deleted: there is always exactly one.
apply_stage() {
  retry 'NotFound' 300 "${KUBECTL[@]}" wait --for=condition=Established \
    crd/networkloggings.networking.gke.io --timeout=120s
  run "${KUBECTL[@]}" apply "--kustomize=${LAB_DIR}/$1" \
    --server-side --force-conflicts --field-manager=dplab
}

# without_policy KIND NAMESPACE NAME: a policy that is not in force in this stage.
without_policy() {
  run "${KUBECTL[@]}" delete "$1" "$3" "--namespace=$2" --ignore-not-found
}

annotate() {
  run "${KUBECTL[@]}" annotate namespace "$1" "${DENY_ANNOTATION}=true" --overwrite
}

# Ends in a hyphen: the annotation goes.
without_annotation() {
  run "${KUBECTL[@]}" annotate namespace "$1" "${DENY_ANNOTATION}-"
}

settle() {
  if [[ "${DRY_RUN}" != 1 && "${SETTLE_SECONDS}" != 0 ]]; then
    say "giving the nodes ${SETTLE_SECONDS} seconds"
    sleep "${SETTLE_SECONDS}"
  fi
}

# --- Probes ----------------------------------------------------------------------------------

# probe NAME FIELD=VALUE…: runs a probe in its pod and notes what came of it. Fields: pod,
# namespace, file, prints, timeout, expected, logged, control, target_pods, target_namespace, port,
# direction.
probe() {
  local name="$1" pair
  shift
  PROBES+=("${name}")
  for pair in "$@"; do
    FACTS["${name} ${pair%%=*}"]="${pair#*=}"
  done
  note "${name}" verdict error
  note "${name}" reason ''
  note "${name}" exit ''
  note "${name}" started ''
  note "${name}" filter ''
  note "${name}" found ''
  step "probe ${name}"
  run_pod "${name}" "${FACTS["${name} pod"]}" "--namespace=${FACTS["${name} namespace"]}"
  LAST_PROBE="${SECONDS}"
}

note() { FACTS["$1 $2"]="$3"; }

# run_pod PROBE POD NAMESPACE-FLAG
run_pod() {
  local name="$1" pod="$2" namespace="$3"
  run "${KUBECTL[@]}" delete pod "${pod}" "${namespace}" --ignore-not-found --timeout=120s
  half_made "the pod ${pod}, perhaps: the next run of this stage deletes it; or ${KUBECTL[*]} delete pod ${pod} ${namespace}"
  run "${KUBECTL[@]}" apply "--filename=${LAB_DIR}/${FACTS["${name} file"]}"
  watch_pod "${name}" "${pod}" "${namespace}"
  ask_pod "${name}" "${pod}" "${namespace}"
  run "${KUBECTL[@]}" delete pod "${pod}" "${namespace}" --ignore-not-found --timeout=120s
  half_made "the stage ${STAGE}: run this again"
}

# Waits until the pod has run to its end. One that never starts is no verdict.
watch_pod() {
  local name="$1" pod="$2" namespace="$3" phase started code why waits began ended
  local limit=$((START_SECONDS + FACTS["${name} timeout"])) begin="${SECONDS}"
  while :; do
    ask "${KUBECTL[@]}" get pod "${pod}" "${namespace}" '--output=jsonpath={.status.phase}|{.metadata.creationTimestamp}|{.status.containerStatuses[0].state.terminated.exitCode}|{.status.containerStatuses[0].state.terminated.reason}|{.status.containerStatuses[0].state.waiting.reason}|{.status.containerStatuses[0].state.terminated.startedAt}|{.status.containerStatuses[0].state.terminated.finishedAt}'
    IFS='|' read -r phase started code why waits began ended <<<"${OUT}"
    note "${name}" phase "${phase}"
    note "${name}" started "${started}"
    note "${name}" exit "${code}"
    note "${name}" why "${why}"
    note "${name}" at_once ''
    if [[ -n "${began}" && "${began}" == "${ended}" ]]; then
      note "${name}" at_once 1
    fi
    if [[ "${phase}" == Succeeded || "${phase}" == Failed || "${DRY_RUN}" == 1 ]]; then
      return
    fi
    if ((SECONDS - begin >= limit)); then
      note "${name}" reason "the pod didn't finish within ${limit} seconds: ${waits:-${phase:-no status}}"
      return
    fi
    pause
  done
}

# What the pod printed, and what that means.
ask_pod() {
  local name="$1" pod="$2" namespace="$3" phase="${FACTS["$1 phase"]}" prints="${FACTS["$1 prints"]}"
  if [[ "${DRY_RUN}" != 1 && "${phase}" != Succeeded && "${phase}" != Failed ]]; then
    warn "${name}: ${FACTS["${name} reason"]}"
    return
  fi
  ask "${KUBECTL[@]}" logs "${pod}" "${namespace}"
  if [[ -n "${OUT}" ]]; then
    say "it printed: ${OUT}"
  fi
  read_verdict "${name}" "${phase}" "${prints}"
  say "${FACTS["${name} verdict"]}, exit code ${FACTS["${name} exit"]:-none}"
}

read_verdict() {
  local name="$1" phase="$2" prints="$3" code="${FACTS["$1 exit"]}" why="${FACTS["$1 why"]}"
  if [[ "${phase}" == Succeeded && "${OUT}" == *"${prints}"* ]]; then
    note "${name}" verdict allowed
  elif [[ "${phase}" == Succeeded ]]; then
    note "${name}" reason "it succeeded, but did not print ${prints}"
  elif [[ "${why}" == OOMKilled || "${why}" == StartError || "${why}" == ContainerCannotRun ]]; then
    note "${name}" reason "the container did not run: ${why}"
  elif [[ -z "${code}" ]]; then
    note "${name}" reason 'the pod failed without running its command'
  elif ((code == 125 || code == 126 || code == 127)); then
    note "${name}" reason "the image can't run the command: exit code ${code}"
  elif [[ -n "${FACTS["${name} at_once"]}" ]]; then
    note "${name}" reason "it failed at once, exit code ${code}: what a policy denies is dropped, and lasts until the time is up"
  else
    note "${name}" verdict denied
  fi
}

# --- Logs ------------------------------------------------------------------------------------

# Sets REPLY to the filter for the entries of one probe in this stage.
probe_filter() {
  local name="$1" disposition=allow filter verdict="${FACTS["$1 verdict"]}"
  if [[ "${DRY_RUN}" == 1 ]]; then
    verdict="${FACTS["${name} expected"]}"
  fi
  if [[ "${verdict}" == denied ]]; then
    disposition=deny
  fi
  cluster_filter
  filter="${REPLY} jsonPayload.disposition=\"${disposition}\""
  if [[ -n "${FACTS["${name} direction"]}" ]]; then
    filter+=" jsonPayload.connection.direction=\"${FACTS["${name} direction"]}\""
  fi
  filter+=" jsonPayload.src.pod_namespace=\"${FACTS["${name} namespace"]}\""
  filter+=" jsonPayload.src.pod_name=~\"^${FACTS["${name} pod"]}\$\""
  filter+=" jsonPayload.dest.pod_namespace=\"${FACTS["${name} target_namespace"]}\""
  filter+=" jsonPayload.dest.pod_name=~\"${FACTS["${name} target_pods"]}\""
  filter+=" jsonPayload.connection.dest_port=${FACTS["${name} port"]}"
  REPLY="${filter} timestamp>=\"${FACTS["${name} started"]:-STARTED}\""
}

# Sets FOUND to 1 if there is an entry.
read_entry() {
  ask gcloud logging read "$1" "--project=${PROJECT_ID}" --limit=1 '--format=value(timestamp)'
  FOUND=0
  if [[ -n "${OUT}" ]]; then
    FOUND=1
  fi
}

# An entry that should come takes some seconds on the node and some on its way. Denials of five
# seconds share one entry, so one is enough.
await_entry() {
  local filter="$1" begin="${SECONDS}" delay=5
  while :; do
    read_entry "${filter}"
    if [[ "${FOUND}" == 1 || "${DRY_RUN}" == 1 ]] || ((SECONDS - begin >= LOG_SECONDS)); then
      return
    fi
    say "no entry yet"
    if [[ "${POLL_SECONDS}" != 0 ]]; then
      sleep "${delay}"
    fi
    delay=$((delay < 30 ? delay * 2 : 30))
  done
}

# check_logs yes|no: looks for the entries of all probes that should, or should not, have some.
check_logs() {
  local wanted="$1" name
  for name in "${PROBES[@]}"; do
    if [[ "${FACTS["${name} logged"]}" != "${wanted}" ]]; then
      continue
    fi
    if [[ "${FACTS["${name} verdict"]}" == error && "${DRY_RUN}" != 1 ]]; then
      continue
    fi
    step "log entries of ${name}: expected: ${wanted}"
    probe_filter "${name}"
    note "${name}" filter "${REPLY}"
    if [[ "${wanted}" == yes ]]; then
      await_entry "${REPLY}"
    else
      read_entry "${REPLY}"
    fi
    note "${name}" found "${FOUND}"
  done
}

# That nothing comes can only be said after a while.
stay_quiet() {
  local left=$((QUIET_SECONDS - (SECONDS - LAST_PROBE)))
  if [[ "${DRY_RUN}" != 1 ]] && ((left > 0)); then
    say "waiting ${left} seconds for entries that should not come"
    sleep "${left}"
  fi
}

# --- Judging ---------------------------------------------------------------------------------

end_stage() {
  local name quiet=0
  check_logs yes
  for name in "${PROBES[@]}"; do
    if [[ "${FACTS["${name} logged"]}" == no ]]; then
      quiet=1
    fi
  done
  if ((quiet)); then
    stay_quiet
  fi
  check_logs no
  half_made ''
  if [[ "${DRY_RUN}" == 1 ]]; then
    return
  fi
  for name in "${PROBES[@]}"; do
    judge "${name}"
    write_result "${name}"
  done
  tell_stage
}

# Sets the facts "ok" and "reason". A denial without a control that got through in the same stage
# may just as well be a network that is down.
judge() {
  local name="$1" verdict="${FACTS["$1 verdict"]}" expected="${FACTS["$1 expected"]}"
  local control="${FACTS["$1 control"]}" logged="${FACTS["$1 logged"]}" found="${FACTS["$1 found"]}"
  local reason="${FACTS["$1 reason"]}"
  if [[ -z "${reason}" && "${verdict}" == denied && -n "${control}" && "${FACTS["${control} verdict"]}" != allowed ]]; then
    reason="the denial proves nothing: its control ${control} did not get through"
  fi
  if [[ -z "${reason}" && -n "${expected}" && "${verdict}" != "${expected}" ]]; then
    reason="expected ${expected}, measured ${verdict}"
  fi
  if [[ -z "${reason}" && "${logged}" == yes && "${found}" == 0 ]]; then
    reason='expected a log entry, found none'
  fi
  if [[ -z "${reason}" && "${logged}" == no && "${found}" == 1 ]]; then
    reason='expected no log entry, found one'
  fi
  note "${name}" reason "${reason}"
  note "${name}" ok true
  if [[ -n "${reason}" ]]; then
    note "${name}" ok false
    FAILED=1
  fi
}

# or_null TEXT: sets REPLY to a JSON string, or null if there is no text.
or_null() {
  REPLY=null
  if [[ -n "$1" ]]; then
    json "$1"
  fi
}

# truth WORD: sets REPLY to true, false or null.
truth() {
  case "$1" in
    yes | 1) REPLY=true ;;
    no | 0) REPLY=false ;;
    *) REPLY=null ;;
  esac
}

write_result() {
  local name="$1" line control="${FACTS["$1 control"]}"
  json "${LAB}"
  line="{\"lab\":${REPLY}"
  json "${STAGE}"
  line+=",\"stage\":${REPLY},\"number\":${NUMBER}"
  json "${name}"
  line+=",\"probe\":${REPLY}"
  or_null "${FACTS["${name} expected"]}"
  line+=",\"expected\":{\"verdict\":${REPLY}"
  truth "${FACTS["${name} logged"]}"
  line+=",\"logged\":${REPLY}}"
  json "${FACTS["${name} verdict"]}"
  line+=",\"measured\":{\"verdict\":${REPLY}"
  truth "${FACTS["${name} found"]}"
  line+=",\"logged\":${REPLY}}"
  if [[ -n "${control}" ]]; then
    json "${control}"
    line+=",\"control\":{\"probe\":${REPLY}"
    json "${FACTS["${control} verdict"]}"
    line+=",\"verdict\":${REPLY}}"
  else
    line+=',"control":null'
  fi
  line+=",\"exit_code\":${FACTS["${name} exit"]:-null}"
  or_null "${FACTS["${name} started"]}"
  line+=",\"started\":${REPLY}"
  or_null "${FACTS["${name} filter"]}"
  line+=",\"filter\":${REPLY}"
  line+=",\"ok\":${FACTS["${name} ok"]}"
  json "${FACTS["${name} reason"]}"
  printf '%s\n' "${line},\"reason\":${REPLY}}" >>"${RESULTS_FILE}"
}

# row STAGE PROBE EXPECTED MEASURED LOG-EXPECTED LOG-MEASURED RESULT
# Words of results are shown as they are, but `null` as a dash.
row() {
  local word
  local -a cells=("${@:1:2}")
  for word in "${@:3}"; do
    if [[ "${word}" == null ]]; then
      word='-'
    fi
    cells+=("${word}")
  done
  printf '%-22s %-22s %-9s %-9s %-7s %-7s %s\n' "${cells[@]}"
}

tell_stage() {
  local name
  printf '\n'
  row STAGE PROBE EXPECTED MEASURED LOGGED FOUND RESULT
  for name in "${PROBES[@]}"; do
    truth "${FACTS["${name} found"]}"
    row "${STAGE}" "${name}" "${FACTS["${name} expected"]:--}" "${FACTS["${name} verdict"]}" \
      "${FACTS["${name} logged"]:--}" "${REPLY}" "${FACTS["${name} reason"]:-ok}"
  done
  printf '\nresults: %s\n' "${RESULTS_FILE}"
  if ((FAILED)); then
    printf 'the stage %s did not come out as predicted\n' "${STAGE}" >&2
    exit 4
  fi
}
