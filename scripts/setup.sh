#!/usr/bin/env bash
# Makes a fresh Debian or Ubuntu machine ready for the demo: npm's packages, PostgreSQL, rsync, OpenSSH; with --tests as
# first argument for the tests as well: jq, sudo, tools of file systems and networks, the Node of GitHub's runners, and
# Docker where that can be had; with --bench for the bench: restic, borg, and the same tools.
# Further arguments it then runs as a command, in an environment that finds all of this.
# Safe to run again, and quick where everything is there. Production needs none of this: its bundles run with Node alone.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools_dir="${CONTINUITY_TOOLS_DIR:-$PWD/.tools}"
for_tests=false
for_bench=false
case "${1-}" in
--tests) for_tests=true && shift ;;
--bench) for_bench=true && shift ;;
esac

say() { printf 'setup: %s\n' "$*" >&2; }
stop() {
  printf 'setup: error: %s\n' "$1" >&2
  printf 'setup: next: %s\n' "$2" >&2
  exit 1
}

require_node() {
  local version major minor
  version="$(node --version 2>/dev/null || true)"
  [ -n "$version" ] || stop 'Node is missing.' 'Install Node 20.11 or newer, with npm.'
  IFS=. read -r major minor _ <<<"${version#v}"
  if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 11 ]; }; then
    stop "Node $version is too old." 'Install Node 20.11 or newer.'
  fi
}

# Expects: the folder of a package-lock.json.
install_node_modules() {
  local installed="$1/node_modules/.package-lock.json"
  # Equal times, as a fresh copy has them, are fine as well.
  if [ -f "$installed" ] && [ ! "$1/package-lock.json" -nt "$installed" ]; then return; fi
  say "npm ci ($1)"
  npm ci --prefix "$1" --no-audit --no-fund >&2
  touch "$installed"
}

has_program() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || has_program initdb; }

missing_packages() {
  has_postgres || printf 'postgresql\n'
  has_program rsync || printf 'rsync\n'
  has_program sshd || printf 'openssh-server\n'
  { has_program ssh && has_program ssh-keygen; } || printf 'openssh-client\n'
  has_program flock || printf 'util-linux\n'
  has_program tar || printf 'tar\n'
  if "$for_tests"; then
    has_program jq || printf 'jq\n'
    has_program age || printf 'age\n'
    has_program sudo || printf 'sudo\n'
    has_program nft || printf 'nftables\n'
    has_program ip || printf 'iproute2\n'
    has_program logrotate || printf 'logrotate\n'
    has_program strace || printf 'strace\n'
    has_program mkfs.xfs || printf 'xfsprogs\n'
    has_program mkfs.btrfs || printf 'btrfs-progs\n'
    has_program mkfs.ext4 || printf 'e2fsprogs\n'
    has_program age || printf 'age\n'
  fi
  if "$for_bench"; then
    has_program restic || printf 'restic\n'
    has_program borg || printf 'borgbackup\n'
    has_program mkfs.ext4 || printf 'e2fsprogs\n'
    has_program mkfs.xfs || printf 'xfsprogs\n'
    has_program mkfs.btrfs || printf 'btrfs-progs\n'
    has_program ip || printf 'iproute2\n'
  fi
}

# Installs without leaving anything running: no PostgreSQL cluster of the system's own, no sshd.
# Expects: the command that makes root of us (may be empty), then the packages.
apt_install() {
  local sudo="$1"
  shift
  say "apt-get install $*"
  $sudo env DEBIAN_FRONTEND=noninteractive PACKAGES="$*" bash -euo pipefail -s >&2 <<'ROOT'
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.d/continuity-setup.conf
saved="$(mktemp -d)"
restore() {
  if [ -e "$saved/policy-rc.d" ]; then cp -p "$saved/policy-rc.d" "$policy"; else rm -f "$policy"; fi
  rm -rf "$cluster" "$saved"
}
trap restore EXIT
if [ -e "$policy" ]; then cp -p "$policy" "$saved/"; fi
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
mkdir -p "${cluster%/*}"
printf 'create_main_cluster = false\n' >"$cluster"
# shellcheck disable=SC2086
install() { apt-get install -y --no-install-recommends $PACKAGES; }
install || { apt-get update && install; }
ROOT
}

# Without root: the same packages, and what they need, in a folder of our own.
unpack_packages() {
  local scratch wanted
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  scratch="$(mktemp -d)"
  say "unpacking $* into $tools_dir"
  # apt knows what is not installed yet; a simulation needs no root.
  wanted="$(apt-get install --simulate --no-install-recommends "$@" 2>/dev/null | awk '$1 == "Inst" { print $2 }')"
  # shellcheck disable=SC2086
  if [ -z "$wanted" ] || ! (cd "$scratch" && apt-get download $wanted >&2); then
    rm -rf "$scratch"
    return 1
  fi
  mkdir -p "$tools_dir"
  for package in "$scratch"/*.deb; do dpkg-deb -x "$package" "$tools_dir"; done
  printf '%s\n' "$@" >>"$tools_dir/.unpacked"
  rm -rf "$scratch"
}

install_debian_packages() {
  local missing=() package
  while IFS= read -r package; do
    [ -f "$tools_dir/.unpacked" ] && grep -qxF "$package" "$tools_dir/.unpacked" && continue
    missing+=("$package")
  done < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0

  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt_install '' "${missing[@]}"
  elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
    apt_install 'sudo -n' "${missing[@]}"
  elif ! unpack_packages "${missing[@]}"; then
    stop "These Debian packages are missing: ${missing[*]}." \
      "Ask whoever administers this machine for: sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
}

# Compose 2 for an engine that came without it. Debian 12 has version 1 only: the next release's package is one program that
# runs here as well, so that one is unpacked, and nothing else of that release comes near this machine.
install_compose() {
  local scratch options status=0
  scratch="$(mktemp -d)"
  mkdir -p "$scratch"/{lists,cache}/partial
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main\n' \
    >"$scratch/sources.list"
  options=(-qq -o Dir::Etc::sourcelist="$scratch/sources.list" -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root
    -o Dir::State::lists="$scratch/lists" -o Dir::Cache="$scratch/cache" -o APT::Get::List-Cleanup=0)
  say 'Docker Compose 2, from the next Debian release'
  { apt-get "${options[@]}" update && (cd "$scratch" && apt-get "${options[@]}" download docker-compose) &&
    dpkg-deb -x "$scratch"/docker-compose_*.deb "$scratch/package" &&
    install -D -t /usr/libexec/docker/cli-plugins "$scratch/package/usr/libexec/docker/cli-plugins/docker-compose"; } >&2 ||
    status=1
  rm -rf "$scratch"
  return "$status"
}

# An engine, Compose, and what the tests' images are made with. Without them these tests are skipped and say so; all other
# tests are none the worse.
install_docker() {
  local missing=()
  has_program docker || missing+=(docker.io)
  has_program iptables || missing+=(iptables)
  has_program debootstrap || missing+=(debootstrap)
  # A client without an engine of this machine's own is enough where an engine answers it.
  has_program dockerd || docker version >/dev/null 2>&1 || [ "${missing[0]-}" = docker.io ] || missing+=(docker.io)
  if [ "${#missing[@]}" -eq 0 ] && docker compose version >/dev/null 2>&1; then return; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "tests with Docker are skipped: ${missing[*]-} Compose 2 cannot be installed without root and apt-get"
    return
  fi
  if [ "${#missing[@]}" -gt 0 ] && ! apt_install '' "${missing[@]}"; then
    say "tests with Docker are skipped: ${missing[*]} cannot be installed"
  elif ! docker compose version >/dev/null 2>&1 && ! install_compose; then
    say 'tests with Docker are skipped: Docker Compose 2 cannot be installed'
  fi
}

require_node
install_node_modules .
if "$for_tests" && [ "$(uname -sm)" = 'Linux x86_64' ]; then install_node_modules test/node24; fi
install_debian_packages
if "$for_tests"; then install_docker; fi
if [ -f "$tools_dir/.unpacked" ]; then
  say "unpacked programs are in use: export CONTINUITY_TOOLS_DIR='$tools_dir'"
  export CONTINUITY_TOOLS_DIR="$tools_dir"
  for folder in "$tools_dir"/usr/bin "$tools_dir"/usr/sbin "$tools_dir"/usr/lib/postgresql/*/bin; do
    if [ -d "$folder" ]; then PATH="$PATH:$folder"; fi
  done
  for folder in "$tools_dir"/usr/lib/*-linux-gnu "$tools_dir"/lib/*-linux-gnu; do
    if [ -d "$folder" ]; then export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"; fi
  done
fi
if [ "$#" -gt 0 ]; then exec "$@"; fi
