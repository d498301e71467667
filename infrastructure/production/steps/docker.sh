# shellcheck shell=bash
# Docker's engine with Compose 2 or newer. What is there stays. Debian 12's own docker-compose is version 1, which reads no
# file of today: there the plugin of the next release is unpacked, which the archive's keys that this machine has vouch for.
# Expects ../../vault/steps/state.sh.

# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

compose_plugin=/usr/local/lib/docker/cli-plugins/docker-compose

ensure_docker() {
  ensure_engine
  ensure_compose
  ensure_compose_name
}

ensure_engine() {
  local difference=''
  if ! command -v docker >/dev/null; then difference='docker is missing'; elif ! command -v dockerd >/dev/null; then difference='dockerd is missing'; fi
  [[ -n $difference ]] || ! is_half_installed docker.io || difference='its installation was interrupted'
  settle 'Docker is installed' "$difference" install_engine
  difference=''
  is_engine_up || difference='it does not answer'
  settle 'the engine of Docker answers' "$difference" start_engine
}

is_engine_up() { docker info --format '{{.ServerVersion}}' 2>/dev/null | grep -q '^[0-9]'; }

install_engine() {
  local packages=(docker.io)
  refresh_lists
  # From Debian 13 on the client is a package of its own.
  [[ -z $(candidate_of docker-cli) ]] || packages+=(docker-cli)
  # Where the kernel has AppArmor, the engine starts no container without its parser.
  [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) != Y ]] || packages+=(apparmor)
  install_debian "${packages[@]}"
  hash -r
  [[ -n $(command -v docker) && -n $(command -v dockerd) ]] ||
    fail 'apt installed docker.io, and still Docker is not there' 'Look at: dpkg --audit; dpkg -l docker.io'
}

start_engine() {
  if [[ -d /run/systemd/system ]]; then
    systemctl enable --quiet --now docker.service >&2 || true
    # It answers some seconds after it was started, on a slow machine later.
    local deadline=$((SECONDS + 60))
    until is_engine_up || ((SECONDS > deadline)); do sleep 1; done
  fi
  is_engine_up || fail 'the engine of Docker does not answer' 'Look at journalctl -u docker, start it, and run this again.'
}

# compose_version: of the plugin, such as 2.26.1; nothing where there is none.
compose_version() { docker compose version --short 2>/dev/null | sed -n '1{s/^v//;p}' | grep -E '^[0-9]+\.' || true; }

ensure_compose() {
  local version difference=''
  version=$(compose_version)
  if [[ -z $version ]]; then
    difference=missing
  elif ! is_version_at_least "$version" 2; then
    difference="is $version"
  fi
  settle 'Compose 2 or newer' "$difference" install_compose
}

install_compose() {
  local package
  refresh_lists
  for package in docker-compose-plugin docker-compose-v2 docker-compose; do
    is_version_at_least "$(candidate_of "$package")" 2 || continue
    install_debian "$package"
    is_version_at_least "$(compose_version)" 2 || fail "apt installed $package, and docker compose still does not answer" "Look at: docker compose version"
    return
  done
  [[ $(system_release) == 'debian 12' ]] ||
    fail 'the package sources of this system have no Compose 2' \
      'Add the source of Docker itself (https://docs.docker.com/engine/install/), which has docker-compose-plugin, and run this again.'
  unpack_next_compose
  is_version_at_least "$(compose_version)" 2 || fail "$compose_plugin does not run" 'Its message: docker compose version'
  notes+=("Compose stands in $compose_plugin, where apt does not renew it: remove that file and run this again for a newer one.")
}

# shellcheck source=/dev/null
system_release() { (. /etc/os-release && printf '%s %s' "$ID" "${VERSION_ID-}"); }

# The address of the mirror that this machine has for its own release, where that is known.
debian_mirrors() {
  # shellcheck disable=SC2016 # the dollars are apt's
  apt-get indextargets --format '$(CODENAME) $(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "bookworm" && $2 == "Debian" { sub("/$", "", $3); print $3 }' | sort -u
  printf 'http://deb.debian.org/debian\n'
}

# In a folder of its own: apt's lists, sources and preferences on this machine stay as they are, and nothing of the next
# release can be installed by them, today or later.
unpack_next_compose() (
  place=$(mktemp -d /tmp/next-release-XXXXXX)
  trap 'rm -rf -- "$place"' EXIT
  # apt fetches as an account without rights.
  chmod 755 "$place"
  mkdir -p "$place"/{lists/partial,cache/archives/partial,parts,unpacked}
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -r $keyring ]] || install_debian debian-archive-keyring
  options=(-o Dir::Etc::SourceList="$place/sources.list" -o Dir::Etc::SourceParts="$place/parts"
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts="$place/parts"
    -o Dir::State::Lists="$place/lists" -o Dir::Cache="$place/cache" -o Dir::State::Status=/dev/null
    -o APT::Default-Release= -o Acquire::Languages=none -o Acquire::AllowInsecureRepositories=false)
  [[ $(id -u) != 0 ]] || ! id -u _apt >/dev/null 2>&1 || chown -R _apt "$place/lists/partial" "$place/cache/archives/partial"
  while read -r mirror; do
    printf 'deb [signed-by=%s] %s trixie main\n' "$keyring" "$mirror" >"$place/sources.list"
    # A mirror may lack the release: without this, apt would call that a warning.
    apt-get -qq "${options[@]}" -o APT::Update::Error-Mode=any update >&2 || continue
    # apt-get download leaves the package in the working folder, and only if its digest is the one of the signed list.
    (cd "$place/cache/archives/partial" && apt-get -qq "${options[@]}" download docker-compose >&2) || continue
    dpkg-deb -x "$place"/cache/archives/partial/docker-compose_*.deb "$place/unpacked"
    plugin=$place/unpacked/usr/libexec/docker/cli-plugins/docker-compose
    "$plugin" version >/dev/null 2>&1 || continue
    make_directory /usr/local/lib/docker 755 root root
    make_directory "${compose_plugin%/*}" 755 root root
    put_file "$plugin" "$compose_plugin" 755 root root
    exit 0
  done < <(debian_mirrors | awk '!seen[$0]++')
  fail 'Compose 2 of the next Debian release cannot be fetched' \
    'Its message is above. By hand: the package docker-compose-plugin of Docker itself, https://docs.docker.com/engine/install/debian/.'
)

# `docker-compose up -d`, as the manual writes it, is Compose 2 as well; somebody's own program of that name is left alone.
ensure_compose_name() {
  local file=/usr/local/bin/docker-compose wanted version
  wanted=$(mktemp "$scratch/compose-XXXXXX")
  printf '%s\n' '#!/bin/sh' '# Written by provisioning: the plugin of Docker by its former name.' 'exec docker compose "$@"' >"$wanted"
  if ! cmp -s -- "$wanted" "$file"; then
    version=$(docker-compose version --short 2>/dev/null | sed -n 1p || true)
    ! is_version_at_least "$version" 2 || return 0
    if [[ -e $file || -L $file ]]; then
      notes+=("$file is version ${version:-unknown} of Compose and stays; type: docker compose")
      return
    fi
  fi
  ensure_copy "$wanted" "$file" 755 root root
}
