#!/usr/bin/env bash
# Tonight's backup, started by this host itself: cron runs it at 03:00, or the systemd timer that looks after GitHub's run.
# The same program and the same lock as GitHub's: whoever comes first makes the archive of the date, the other finds it.
# Needs nothing of its surroundings but root and this clone; GitHub may be away. Further arguments go to `backup`.
# docs/fallback.md.
set -euo pipefail
# Each job in a group of its own: a signal reaches the program once, and from here.
set -m
umask 077

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=production/steps/engine.sh
source "$clone/infrastructure/production/steps/engine.sh"

# cron hands over next to nothing, and a person's shell too much.
unset NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_V8_COVERAGE
export PATH=$system_path HOME=${HOME:-/root} LC_ALL=C.UTF-8
cd /

stamp_lines() {
  local line
  # It reads to the end, whatever ends the program.
  trap '' TERM INT HUP
  while IFS= read -r line || [[ -n $line ]]; do printf '%(%Y-%m-%dT%H:%M:%S%z)T %s\n' -1 "$line"; done
}

exec {log}> >(stamp_lines)
stamper=$!

# finish CODE: not before the last line is out, so that whoever mails or shows the log has all of it.
finish() {
  exec {log}>&-
  wait "$stamper" 2>/dev/null || true
  exit "$1"
}

# Exit codes are those of the program: 1 failed, 3 configuration.
stop() {
  printf 'error: %s\nnext: %s\n' "$2" "$3" >&"$log"
  finish "$1"
}

program=$clone/scripts/dist/continuity/index.js
[[ -r $program ]] || stop 1 "$program is missing" "The clone is not whole: git -C $clone checkout -- scripts/dist"
node=$(find_recent_node 2>&1) ||
  stop 1 "Node 20.11 or newer is missing: $node" "$clone/infrastructure/production/provision.sh brings one; or install Debian 13's nodejs."
complaint=$(load_environment /etc/skills-hub/backup.env 2>&1) || stop 3 "$complaint" 'Nothing was done.'
load_environment /etc/skills-hub/backup.env

arguments=(backup --nightly --wait 3h)
[[ " $* " == *' --config'[\ =]* ]] || arguments+=(--config "$(find_config "$clone")")
printf 'on %s, Node %s: continuity %s\n' "$(uname -n)" "$("$node" --version)" "${arguments[*]} $*" >&"$log"
# Another run that is at work has the lock: wait for it, then find its archive and do nothing.
"$node" "$program" "${arguments[@]}" "$@" >&"$log" 2>&1 </dev/null {log}>&- &
child=$!
is_interrupted=no
trap 'is_interrupted=yes; kill -TERM "$child" 2>/dev/null || true' TERM INT HUP
code=0
while :; do
  is_interrupted=no
  code=0
  wait "$child" || code=$?
  # A signal ends the waiting, not the program: what it ended with is to be known.
  [[ $is_interrupted == yes ]] || break
done
printf 'ended with exit code %d\n' "$code" >&"$log"
finish "$code"
