#!/usr/bin/env bash
# Makes the log-based metric and the alert on connections that a policy denied.
#
# Words of the profile are data, also where they look like an expansion or an escaped quote:
# shellcheck disable=SC1003,SC2016
set -euo pipefail

SCRIPTS="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
source "${SCRIPTS}/lib.sh"

# The alert matches log entries. One on the metric would have to wait, up to ten minutes, until
# Cloud Monitoring knows the new metric.

declare -r metric=dplab-redis-cart-denied
declare -r alert='dplab: denied connection to redis-cart'
declare -r pods='^redis-cart-[a-z0-9]+-[a-z0-9]+$' # a pattern for the names of the pods that count
declare -r rate_limit=300s
declare -r email=''
declare -r channel=''
# What the lab made carries its cluster's name and its own, and only that is looked for and deleted.
mine="userLabels.dplab=\"${CLUSTER_NAME}\" AND userLabels.dplab_lab=\"${LAB}\""

need gcloud alpha beta
cluster_filter
filter="${REPLY} jsonPayload.disposition=\"deny\""
if [[ -n "${pods}" ]]; then
  filter+=" jsonPayload.dest.pod_name=~\"${pods}\""
fi

# fill FILE: writes the standard input into a private file, which ends with the script. A dry run
# shows it.
fill() {
  (umask 077 && cat >"${WORK}/$1")
  if [[ "${DRY_RUN}" == 1 ]]; then
    cat -- "${WORK}/$1" >&2
  fi
}

# content WORD…: sets REPLY to a sum by which a later run knows whether the profile says the same.
content() {
  REPLY="$(printf '%s\0' "$@" | cksum)"
  REPLY="${REPLY/ /-}"
}

metric_file() {
  local description
  json "${MARKER}"
  description="${REPLY}"
  json "${filter}"
  fill metric.json <<JSON
{
  "description": ${description},
  "filter": ${REPLY},
  "metricDescriptor": {
    "metricKind": "DELTA",
    "valueType": "INT64",
    "unit": "1",
    "labels": [
      {"key": "direction", "valueType": "STRING", "description": "ingress or egress"}
    ]
  },
  "labelExtractors": {
    "direction": "EXTRACT(jsonPayload.connection.direction)"
  }
}
JSON
}

step "metric ${metric}"
look_up absent gcloud logging metrics describe "${metric}" "--project=${PROJECT_ID}" \
  '--format=value(description,filter)'
IFS=$'\t' read -r owner known <<<"${OUT}"
if [[ "${FOUND}" == 0 ]]; then
  metric_file
  run gcloud logging metrics create "${metric}" "--project=${PROJECT_ID}" \
    "--config-from-file=${WORK}/metric.json"
elif [[ "${owner}" != "${MARKER}" ]]; then
  die "the metric ${metric} exists and is not this lab's: take another name"
elif [[ "${known}" != "${filter}" ]]; then
  say 'it counts what the profile said before'
  metric_file
  run gcloud logging metrics update "${metric}" "--project=${PROJECT_ID}" \
    "--config-from-file=${WORK}/metric.json"
else
  say 'exists already'
fi

channel_file() {
  local display owner
  json "${channel}"
  display="${REPLY}"
  json "${CLUSTER_NAME}"
  owner="${REPLY}"
  json "${email}"
  fill channel.json <<JSON
{
  "type": "email",
  "displayName": ${display},
  "labels": {"email_address": ${REPLY}},
  "userLabels": {"dplab": ${owner}, "dplab_lab": "${LAB}"}
}
JSON
}

CHANNEL=''
if [[ -n "${email}" ]]; then
  step "notification channel ${channel}"
  ask gcloud beta monitoring channels list "--project=${PROJECT_ID}" \
    "--filter=displayName=\"${channel}\" AND ${mine}" '--format=value(name,labels.email_address)'
  IFS=$'\t' read -r CHANNEL known <<<"${OUT}"
  if [[ -z "${CHANNEL}" ]]; then
    channel_file
    show gcloud beta monitoring channels create "--project=${PROJECT_ID}" \
      "--channel-content-from-file=${WORK}/channel.json" '--format=value(name)'
    if [[ "${DRY_RUN}" != 1 ]]; then
      CHANNEL="$(gcloud beta monitoring channels create "--project=${PROJECT_ID}" \
        "--channel-content-from-file=${WORK}/channel.json" '--format=value(name)')"
    fi
  elif [[ "${known}" != "${email}" ]]; then
    say 'it notifies whom the profile named before'
    channel_file
    run gcloud beta monitoring channels update "${CHANNEL}" "--project=${PROJECT_ID}" \
      "--channel-content-from-file=${WORK}/channel.json" '--format=value(name)'
  else
    say 'exists already'
  fi
fi

step "alert ${alert}"
content "${filter}" "${rate_limit}" "${CHANNEL}"
is="${REPLY}"
ask gcloud alpha monitoring policies list "--project=${PROJECT_ID}" \
  "--filter=displayName=\"${alert}\" AND ${mine}" '--format=value(name,userLabels.dplab_content)'
IFS=$'\t' read -r known was <<<"${OUT}"
if [[ -n "${known}" && "${was:-${is}}" == "${is}" ]]; then
  say 'exists already'
else
  if [[ -n "${known}" ]]; then
    say 'it is as the profile said before, so it is made anew'
    remove gcloud alpha monitoring policies delete "${known}" "--project=${PROJECT_ID}" --quiet
  fi
  json "${alert}"
  display="${REPLY}"
  json "${CLUSTER_NAME}"
  owner="${REPLY}"
  json "${rate_limit}"
  period="${REPLY}"
  json "${filter}"
  fill alert.json <<JSON
{
  "displayName": ${display},
  "combiner": "OR",
  "severity": "WARNING",
  "userLabels": {"dplab": ${owner}, "dplab_lab": "${LAB}", "dplab_content": "${is}"},
  "conditions": [
    {"displayName": ${display}, "conditionMatchedLog": {"filter": ${REPLY}}}
  ],
  "alertStrategy": {"notificationRateLimit": {"period": ${period}}}
}
JSON
  run gcloud alpha monitoring policies create "--project=${PROJECT_ID}" \
    "--policy-from-file=${WORK}/alert.json" \
    ${CHANNEL:+"--notification-channels=${CHANNEL}"}
fi

# What the profile called otherwise before would go on notifying.
step 'alerts and metrics of other names'
ask gcloud alpha monitoring policies list "--project=${PROJECT_ID}" \
  "--filter=${mine}" '--format=value(name,displayName)'
while IFS=$'\t' read -r known was; do
  if [[ -n "${known}" && "${was}" != "${alert}" ]]; then
    remove gcloud alpha monitoring policies delete "${known}" "--project=${PROJECT_ID}" --quiet
  fi
done <<<"${OUT}"
ask gcloud logging metrics list "--project=${PROJECT_ID}" \
  "--filter=description=\"${MARKER}\"" '--format=value(name)'
while read -r known; do
  if [[ -n "${known}" && "${known}" != "${metric}" ]]; then
    remove gcloud logging metrics delete "${known}" "--project=${PROJECT_ID}" --quiet
  fi
done <<<"${OUT}"
