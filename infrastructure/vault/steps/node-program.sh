# shellcheck shell=bash
# Which Node may be run as root or as the keeper. Production's steps ask here as well.

is_recent_node() {
  [[ -x $1 ]] && "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 20 || (a === 20 && b >= 11) ? 0 : 1)' 2>/dev/null
}

# An account without rights must reach it: one under /root does not serve.
is_open_to_all() { setpriv --reuid=65534 --regid=65534 --clear-groups "$1" --version >/dev/null 2>&1; }

# Whoever may write to it, or to a folder above it, would act as the keeper: unpacked by hand, the archives of nodejs.org
# belong to whatever account has the number 1000 or 1001.
is_roots_own() {
  local path=$1 owner bits
  while read -r owner bits < <(stat -c '%u %a' -- "$path") && ((owner == 0 && (8#$bits & 8#022) == 0)); do
    [[ $path != / ]] || return 0
    path=$(dirname -- "$path")
  done
  return 1
}
