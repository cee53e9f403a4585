# shellcheck shell=bash
# The log sink's destination, which was there before the lab and stays, and the role that the sink's
# writer has there. Taken in after lib.sh, which sets what isn't set here:
# shellcheck disable=SC2154

LOG_SINK=three-tier-policy-log
SINK_DESTINATION=pubsub.googleapis.com/projects/your-project/topics/policy-log
SINK_ROLE=roles/pubsub.publisher

# On a log bucket of its own project a sink needs no role.
NEEDS_ROLE=1

# Sets FOUND to 1 if the destination is there.
look_up_destination() {
  look_up present gcloud pubsub topics describe policy-log \
    --project=your-project '--format=value(name)'
}

# grant_role WRITER: giving a role twice is giving it once. A writer may be so new that IAM doesn't
# know it yet.
grant_role() {
  retry 'does not exist|NOT_FOUND|concurrent policy changes' 120 \
    gcloud pubsub topics add-iam-policy-binding policy-log --project=your-project \
    "--member=$1" "--role=${SINK_ROLE}" '--format=value(etag)'
}

# take_role WRITER: takes it back.
take_role() {
  remove gcloud pubsub topics remove-iam-policy-binding policy-log \
    --project=your-project "--member=$1" "--role=${SINK_ROLE}" '--format=value(etag)'
}

# Sets OTHERS to 1 if another sink of the project needs the role: Cloud Logging writes with one
# account for all of them.
shipped_by_others() {
  local name where reach="${SINK_DESTINATION}"
  ask gcloud logging sinks list "--project=${PROJECT_ID}" '--format=value(name,destination)'
  OTHERS=0
  while IFS=$'\t' read -r name where; do
    if [[ "${name}" != "${LOG_SINK}" && "${where}/" == "${reach}/"* ]]; then
      OTHERS=1
    fi
  done <<<"${OUT}"
}

# Sets OUT to the role at the destination if it is left: Cloud Logging's account still has it, and no
# other sink needs it.
left_role() {
  local writer role member
  OUT=''
  if [[ "${NEEDS_ROLE}" == 0 ]]; then
    return
  fi
  ask gcloud logging settings describe "--project=${PROJECT_ID}" \
    '--format=value(loggingServiceAccountId)'
  writer="serviceAccount:${OUT}"
  shipped_by_others
  look_up absent gcloud pubsub topics get-iam-policy policy-log \
    --project=your-project '--flatten=bindings[].members' \
    '--format=value(bindings.role,bindings.members)'
  while IFS=$'\t' read -r role member; do
    OUT=''
    if [[ "${OTHERS}" == 0 && "${role}" == "${SINK_ROLE}" && "${member}" == "${writer}" ]]; then
      OUT="${role} of ${member}"
      return
    fi
  done <<<"${OUT}"
}
