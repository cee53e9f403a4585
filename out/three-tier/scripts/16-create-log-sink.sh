#!/usr/bin/env bash
# Makes the log sink: from now on Cloud Logging sends the cluster's policy log to one more place, which
# must be there already and is never made nor deleted by the lab.
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=log-sink.sh disable=SC1091
source "${SCRIPTS}/log-sink.sh"

need gcloud
cluster_filter
filter="${REPLY}"

step "destination ${SINK_DESTINATION}"
look_up_destination
if [[ "${FOUND}" == 0 ]]; then
  die "${SINK_DESTINATION} is not there, and the lab never makes it: make it first, or take another 'destination'"
fi
say 'it is there'

step "log sink ${LOG_SINK}"
look_up absent gcloud logging sinks describe "${LOG_SINK}" "--project=${PROJECT_ID}" \
  '--format=value(description,destination,filter)'
if [[ "${FOUND}" == 0 ]]; then
  run gcloud logging sinks create "${LOG_SINK}" "${SINK_DESTINATION}" "--project=${PROJECT_ID}" \
    "--description=${MARKER}" "--log-filter=${filter}" '--format=value(name)'
else
  IFS=$'\t' read -r owner known_destination known_filter <<<"${OUT}"
  if [[ "${owner}" != "${MARKER}" ]]; then
    die "the log sink ${LOG_SINK} exists and is not this lab's: take another name"
  elif [[ "${known_destination}" != "${SINK_DESTINATION}" ]]; then
    die "the log sink ${LOG_SINK} sends to ${known_destination}: run 90-clean-up.sh of the lab as it was, which takes back its role there"
  elif [[ "${known_filter}" != "${filter}" ]]; then
    run gcloud logging sinks update "${LOG_SINK}" "--project=${PROJECT_ID}" \
      "--log-filter=${filter}" '--format=value(name)'
  else
    say 'exists already'
  fi
fi

if [[ "${NEEDS_ROLE}" == 0 ]]; then
  say 'it may write there: the log bucket is in its own project'
else
  ask gcloud logging sinks describe "${LOG_SINK}" "--project=${PROJECT_ID}" \
    '--format=value(writerIdentity)'
  if [[ "${DRY_RUN}" == 1 ]]; then
    OUT=serviceAccount:WRITER
  fi
  half_made "the log sink ${LOG_SINK}, which may not write to ${SINK_DESTINATION} yet: run this again"
  grant_role "${OUT}"
  half_made ''
fi
