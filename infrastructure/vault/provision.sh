#!/usr/bin/env bash
# Makes this machine the vault: accounts, directories, keys, sshd, sudo, the program, settings, firewall, timers. Safe to
# run again: it puts right what differs and says so, and goes on where a killed run stopped. docs/provisioning.md.
set -euo pipefail
shopt -s inherit_errexit lastpipe
umask 022
export LC_ALL=C PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}"

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
forms=$clone/infrastructure/vault/forms
notes=()
current_item=''
# shellcheck source-path=SCRIPTDIR/steps
for step in "$clone"/infrastructure/vault/steps/*.sh; do
  # shellcheck source=/dev/null
  source "$step"
done

read_arguments "$@"
[[ $(id -u) == 0 ]] || fail 'must run as root' 'sudo infrastructure/vault/provision.sh …'

scratch=$(mktemp -d /tmp/provision-XXXXXX)
finish() {
  local code=$?
  rm -rf "$scratch"
  [[ -z $current_item ]] || printf 'provision.sh: stopped at: %s. The next run goes on from here.\n' "$current_item" >&2
  exit "$code"
}
trap finish EXIT
settle_wishes

# One at a time; the folder itself is locked, so that --check leaves no trace.
exec 9<"${wish[etc]}"
flock -w 30 9 || fail 'another provision.sh is at work'

# Nothing is changed before all of this is well.
[[ $mode != apply ]] || ensure_packages
check_former
check_keys
check_sshd
check_sudoers
check_programs
find_node
check_settings
check_above
check_volume
check_firewall
check_links
check_planted
check_processes

[[ $mode == apply ]] || ensure_packages
ensure_record
ensure_accounts
ensure_program
ensure_settings
ensure_log
ensure_volume
ensure_sudoers
ensure_single_rule
ensure_keys
ensure_sshd
ensure_firewall
ensure_former_gone
ensure_directories
[[ ! -d ${wish[directory]} ]] || check_writers
[[ $mode != apply ]] || check_planted
ensure_adopted
ensure_timers
tell_sharing
tell_summary
[[ $mode != check ]] || ((changes == 0)) || exit 1
