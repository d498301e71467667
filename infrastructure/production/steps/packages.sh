# shellcheck shell=bash
# What apt offers, and installing it. Expects ../../vault/steps/state.sh.

declare -g are_lists_fresh=no

# candidate_of PACKAGE: the version that apt would install, without its epoch; nothing where there is none.
candidate_of() {
  apt-cache policy -- "$1" 2>/dev/null |
    awk '$1 == "Candidate:" && $2 != "(none)" { sub(/^[0-9]+:/, "", $2); print $2; exit }'
}

# is_version_at_least VERSION MAJOR [MINOR]
is_version_at_least() {
  [[ ${1#v} =~ ^([0-9]+)(\.([0-9]+))? ]] || return 1
  local major=$((10#${BASH_REMATCH[1]})) minor=$((10#${BASH_REMATCH[3]:-0}))
  ((major > $2 || (major == $2 && minor >= ${3:-0})))
}

# A blank machine has no lists at all, and one that was not looked after has those of long ago. Once a run.
refresh_lists() {
  [[ $are_lists_fresh == no ]] || return 0
  command -v apt-get >/dev/null ||
    fail 'apt-get is missing: this system is neither Debian nor Ubuntu' 'Install Docker with Compose 2 and Node 20.11 by its own means; both are then taken as they are.'
  if ! try_apt update; then
    show_apt
    fail 'apt-get update failed' 'Its message is above. Put the network or /etc/apt/sources.list right, and run this again.'
  fi
  are_lists_fresh=yes
}

# install_debian PACKAGE...: from the sources that this machine has; nothing is removed for it.
install_debian() {
  local words=(-y install --no-install-recommends --no-remove)
  refresh_lists
  printf 'apt-get install %s\n' "$*" >&2
  if try_apt "${words[@]}" "$@" && [[ -z $(list_broken) ]]; then return; fi
  if is_interrupted; then
    mend_packages
    if try_apt "${words[@]}" "$@"; then return; fi
  fi
  show_apt
  fail "apt-get could not install: $*" 'Its message is above. Put it right, and run this again.'
}

# Where an earlier run, ours or another's, was killed while it unpacked. Another one that still is at work has been waited for.
is_interrupted() { grep -qE 'dpkg --configure -a|--fix-broken|needs to be reinstalled' "$scratch/apt" || [[ -n $(list_broken) ]]; }

# Packages that were killed while their files were put there. To apt they can be of the newest version, and all is well.
list_broken() {
  # shellcheck disable=SC2016 # the dollars are dpkg's
  dpkg-query --show --showformat '${db:Status-Eflag} ${Package}\n' | awk '$1 == "reinstreq" { print $2 }'
}

# Completes what can be completed now: what cannot may be once the package is there that is wanted, and apt has the last word.
mend_packages() {
  local broken words=(-y install --no-install-recommends --no-remove)
  printf 'dpkg --configure -a; apt-get --fix-broken install (an earlier installation was interrupted)\n' >&2
  DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure -a >"$scratch/dpkg" 2>&1 </dev/null || true
  mapfile -t broken < <(list_broken)
  [[ ${#broken[@]} == 0 ]] || try_apt "${words[@]}" --reinstall "${broken[@]}" || true
  try_apt "${words[@]}" --fix-broken || true
}

# is_half_installed PACKAGE: its files may be there already, and nothing of what it does when it is set up.
is_half_installed() {
  # shellcheck disable=SC2016 # the dollar is dpkg's
  [[ $(dpkg-query --show --showformat '${db:Status-Status}' -- "$1" 2>/dev/null) =~ ^(half-|unpacked) ]]
}

# What it says is of interest only where it fails. Another one that is at work, such as that of the first boot, is waited for.
try_apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >"$scratch/apt" 2>&1 </dev/null
}

show_apt() { tail -n 30 "$scratch/apt" >&2; }

# ensure_debian_program PROGRAM PACKAGE
ensure_debian_program() {
  local difference=''
  command -v "$1" >/dev/null || difference="missing, in the package $2"
  settle "program $1" "$difference" install_debian "$2"
}

# download URL FILE: with whichever program this machine has; curl is brought where it has neither.
download() {
  command -v curl >/dev/null || command -v wget >/dev/null || install_debian curl ca-certificates
  if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --retry 3 --connect-timeout 20 --speed-limit 1000 --speed-time 60 --output "$2" -- "$1" >&2
  else
    wget --no-verbose --tries=3 --timeout=60 --output-document="$2" -- "$1" >&2
  fi
}
