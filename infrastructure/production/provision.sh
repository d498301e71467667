#!/usr/bin/env bash
# Makes this machine the production host of the backup: Docker, Node, keys, pinned host keys of the vault, configuration,
# schedule, GitHub's runner. Safe to run again: it puts right what differs and says so, and goes on where a killed run
# stopped. docs/provisioning.md.
set -euo pipefail
shopt -s inherit_errexit lastpipe
umask 022
export LC_ALL=C PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}"

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
forms=$clone/infrastructure/production/forms
notes=()
todos=()
current_item=''
# shellcheck source-path=SCRIPTDIR/steps
for step in "$clone"/infrastructure/vault/steps/{state,units}.sh "$clone"/infrastructure/production/steps/*.sh; do
  # shellcheck source=/dev/null
  source "$step"
done

read_arguments "$@"
[[ $(id -u) == 0 ]] || fail 'must run as root' 'sudo infrastructure/production/provision.sh …'

scratch=$(mktemp -d /tmp/provision-XXXXXX)
finish() {
  local code=$?
  rm -rf "$scratch"
  [[ -z $current_item ]] || printf 'provision.sh: stopped at: %s. The next run goes on from here.\n' "$current_item" >&2
  exit "$code"
}
trap finish EXIT

# One at a time; a folder that is there in any case is locked, so that --check leaves no trace.
exec 9</etc
flock -w 30 9 || fail 'another provision.sh is at work'
settle_wishes
if [[ $shows_vault_keys == yes ]]; then
  ensure_key_programs
  show_vault_keys
  exit 0
fi

# Nothing but a missing openssh-client is brought before all of this is well.
check_clone
check_configuration
ensure_key_programs
check_writer_key
collect_host_keys

ensure_folder
ensure_record
ensure_programs
[[ ${wish[docker]} == no ]] || ensure_docker
ensure_node
ensure_npm_name
ensure_configuration
ensure_state
ensure_client_keys
ensure_host_keys
ensure_schedule
ensure_runner
# The former backup stays until this one has all that it needs.
consult_doctor
ensure_former_lines_out
tell_summary
[[ $mode != check ]] || ((changes == 0)) || exit 1
