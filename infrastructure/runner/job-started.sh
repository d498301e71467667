#!/bin/bash
# ACTIONS_RUNNER_HOOK_JOB_STARTED: lets a job start only when its repository, event and workflow ref are on this runner's
# list, and otherwise ends the runner's worker before any step. docs/runner.md says why, and what this cannot do.
#
# Facts it is built on (github.com/actions/runner, v2.336.0, src/):
# - Runner.Worker/JobHookProvider.cs hands the hook an empty environment of its own: a workflow's `env:` does not reach it.
#   Handlers/ScriptHandler.cs then adds GITHUB_* and RUNNER_* from the server's job message; the rest is the service's.
# - HostContext.cs (GetDefaultShellForScript) and ScriptHandler.cs run it as `bash -e FILE`: the first line is not read.
# - A hook that fails does not stop steps with `if: always()`, nor the `pre:` of any action, whose default condition is
#   always() (StepsRunner.cs, ActionManifestManager.cs). Hence the end of the worker, which is this script's parent.

# The assignment turns POSIX mode on: from here on unset, trap, exec and exit are themselves, whatever functions the
# environment brought. The second round runs with nothing but the variables named here.
POSIXLY_CORRECT=1
case ${1-} in
--clean) ;;
*)
  unset -f kill
  trap 'case ${GITHUB_ACTIONS-} in true) kill -KILL "$PPID" ;; esac' EXIT
  exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
    GITHUB_ACTIONS="${GITHUB_ACTIONS-}" GITHUB_REPOSITORY="${GITHUB_REPOSITORY-}" \
    GITHUB_REPOSITORY_ID="${GITHUB_REPOSITORY_ID-}" GITHUB_EVENT_NAME="${GITHUB_EVENT_NAME-}" \
    GITHUB_EVENT_PATH="${GITHUB_EVENT_PATH-}" GITHUB_REF="${GITHUB_REF-}" GITHUB_REF_NAME="${GITHUB_REF_NAME-}" \
    GITHUB_REF_TYPE="${GITHUB_REF_TYPE-}" GITHUB_REF_PROTECTED="${GITHUB_REF_PROTECTED-}" \
    GITHUB_HEAD_REF="${GITHUB_HEAD_REF-}" GITHUB_BASE_REF="${GITHUB_BASE_REF-}" GITHUB_SHA="${GITHUB_SHA-}" \
    GITHUB_WORKFLOW_REF="${GITHUB_WORKFLOW_REF-}" GITHUB_WORKFLOW_SHA="${GITHUB_WORKFLOW_SHA-}" \
    GITHUB_RUN_ID="${GITHUB_RUN_ID-}" /bin/bash --noprofile --norc -p "$0" --clean "${1-}" "${2-}"
  ;;
esac

set +o posix
unset POSIXLY_CORRECT
set -euo pipefail
trap '' INT TERM HUP

# One line, and nothing in it that the log would read as a command.
show() {
  local text=${1//[^A-Za-z0-9._\/@: -]/?}
  printf '%s' "${text:0:200}"
}

refuse() {
  local line="Runner: job refused: $1. / Runner : job refusé : $2."
  trap - EXIT
  printf '::error title=Runner::%s\n' "$line" || true
  logger -t skills-hub-runner -- "run $(show "$GITHUB_RUN_ID"): $line" 2>/dev/null || true
  if [[ $GITHUB_ACTIONS == true && $PPID -gt 1 ]]; then
    # What a dead worker said on stderr becomes the job's annotation (Runner.Listener/JobDispatcher.cs).
    { printf '%s\n' "$line" >>"/proc/$PPID/fd/2"; } 2>/dev/null || true
    # Logs leave the worker once a second (Runner.Common/JobServerQueue.cs).
    sleep 2.5 || true
    kill -KILL "$PPID" || true
  fi
  exit 1
}
trap 'refuse "the check itself failed" "le contrôle lui-même a échoué"' EXIT

# Root's, and writable by nobody else: the file and every folder above it, down from the given one.
require_root_owned() {
  local path=$1 base=$2 owner mode
  while :; do
    if [[ -L $path ]] || ! read -r owner mode < <(stat -c '%u %a' -- "${path:-/}" 2>/dev/null); then
      refuse "$(show "${path:-/}") is missing or a link" "$(show "${path:-/}") manque ou est un lien"
    fi
    if [[ $owner != 0 ]] || ((8#$mode & 8#022)); then
      refuse "$(show "${path:-/}") is not root's alone" "$(show "${path:-/}") n'est pas à root seul"
    fi
    [[ -z $path || $path == "$base" ]] && return
    path=${path%/*}
  done
}

# Fills `lines`. A line that is not understood makes the whole list void: a typing error must not go unseen.
read_list() {
  local line repository
  local form='^([A-Za-z0-9-]+/[A-Za-z0-9._-]+) (push|schedule|workflow_dispatch) ([^ ]+)( protected)?$'
  local ref='^\.github/workflows/[A-Za-z0-9_-][A-Za-z0-9._-]*\.ya?ml@refs/heads/[A-Za-z0-9][A-Za-z0-9._/-]*$'
  local number=0
  lines=()
  [[ -f $1 && -r $1 ]] || refuse "its list $(show "$1") cannot be read" "sa liste $(show "$1") est illisible"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    [[ -z $line || $line == '#'* ]] && continue
    repository=${line%% *}
    if ! [[ $line =~ $form ]] || [[ ${BASH_REMATCH[3]} != "$repository"/* ]] ||
      ! [[ ${BASH_REMATCH[3]#"$repository"/} =~ $ref ]]; then
      refuse "line $number of its list is not understood" "la ligne $number de sa liste est incomprise"
    fi
    lines+=("$line")
  done <"$1"
  ((${#lines[@]} > 0)) || refuse 'its list is empty' 'sa liste est vide'
}

# install.sh asks whether a list is well formed.
if [[ ${2-} == --check-list ]]; then
  GITHUB_ACTIONS=
  read_list "${3-}"
  trap - EXIT
  exit 0
fi

# The hook's own place says which runner this is, and where its list lies: no variable does.
[[ $0 =~ ^(.*)/usr/local/lib/skills-hub-runner/([a-z0-9-]+)/job-started\.sh$ ]] ||
  refuse 'the hook is not in its place' "le script n'est pas à sa place"
root=${BASH_REMATCH[1]}
list=$root/etc/skills-hub-runner/${BASH_REMATCH[2]}.conf
require_root_owned "$0" "$root"
require_root_owned "$list" "$root"
read_list "$list"

# What the server said about the job must agree with itself.
event=$GITHUB_EVENT_NAME
branch=${GITHUB_REF#refs/heads/}
workflow=${GITHUB_WORKFLOW_REF%"@$GITHUB_REF"}
contradict() { refuse "$1 contradicts the event" "$1 contredit l'événement"; }
case $event in
push | schedule | workflow_dispatch) ;;
*) refuse "event $(show "$event") never runs here" "l'événement $(show "$event") ne passe jamais ici" ;;
esac
[[ $GITHUB_REF == refs/heads/?* && $GITHUB_REF_TYPE == branch && $GITHUB_REF_NAME == "$branch" ]] || contradict GITHUB_REF
[[ -z $GITHUB_HEAD_REF && -z $GITHUB_BASE_REF ]] || contradict GITHUB_HEAD_REF
[[ $GITHUB_SHA =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || contradict GITHUB_SHA
[[ $GITHUB_WORKFLOW_SHA == "$GITHUB_SHA" ]] || contradict GITHUB_WORKFLOW_SHA
[[ $GITHUB_WORKFLOW_REF == "$GITHUB_REPOSITORY/.github/workflows/"*"@$GITHUB_REF" ]] || contradict GITHUB_WORKFLOW_REF

# Exact strings, no patterns, case counts.
wanted="$GITHUB_REPOSITORY $event $GITHUB_WORKFLOW_REF"
found=
for line in "${lines[@]}"; do
  if [[ $line == "$wanted" || ($line == "$wanted protected" && $GITHUB_REF_PROTECTED == true) ]]; then found=yes; fi
  if [[ $line == "$wanted protected" && -z $found ]]; then found=unprotected; fi
done
[[ -n $found ]] || refuse "$(show "$wanted") is not on its list" "$(show "$wanted") n'est pas sur sa liste"
[[ $found == yes ]] || refuse "branch $(show "$branch") is not protected" "la branche $(show "$branch") n'est pas protégée"

# The payload is the server's as well (ExecutionContext.cs, WriteWebhookPayload). jq: in Debian, root's, in one fixed place;
# the node that comes with the runner lies in a folder that changes with every version.
[[ -x /usr/bin/jq ]] || refuse 'the package jq is not installed' "le paquet jq n'est pas installé"
[[ $GITHUB_EVENT_PATH == /* && -f $GITHUB_EVENT_PATH && -r $GITHUB_EVENT_PATH ]] ||
  refuse 'the event payload cannot be read' "le contenu de l'événement est illisible"
# shellcheck disable=SC2016 # the dollars are jq's
faults=$(/usr/bin/jq -s -r --arg event "$event" --arg repository "$GITHUB_REPOSITORY" --arg id "$GITHUB_REPOSITORY_ID" \
  --arg ref "$GITHUB_REF" --arg sha "$GITHUB_SHA" --arg workflow "${workflow#"$GITHUB_REPOSITORY"/}" '
  def expect(name; condition): if condition then empty else name end;
  if length != 1 or (.[0] | type) != "object" then "payload" else .[0] | [
    expect("repository.full_name"; .repository.full_name == $repository),
    expect("repository.id"; (.repository.id | type) == "number" and (.repository.id | tostring) == $id),
    (keys_unsorted[] | select(IN("action", "pull_request", "workflow_run", "client_payload", "issue", "comment"))),
    if $event == "push" then
      expect("ref"; .ref == $ref), expect("after"; .after == $sha), expect("deleted"; .deleted == false)
    elif $event == "workflow_dispatch" then
      expect("ref"; .ref == $ref), expect("workflow"; .workflow == $workflow)
    else
      expect("schedule"; (.schedule | type) == "string"),
      expect("workflow"; .workflow == null or .workflow == $workflow)
    end
  ] | join(" ") end' "$GITHUB_EVENT_PATH" 2>/dev/null) ||
  refuse 'the event payload is not JSON' "le contenu de l'événement n'est pas du JSON"
[[ -z $faults ]] || refuse "the event payload contradicts: $(show "$faults")" \
  "le contenu de l'événement contredit : $(show "$faults")"

trap - EXIT
logger -t skills-hub-runner -- "run $(show "$GITHUB_RUN_ID"): allowed $(show "$wanted")" 2>/dev/null || true
printf 'Runner: job allowed. / Runner : job accepté.\n'
