# shellcheck shell=bash
# What was asked for: this time, or the last time. A bare `provision.sh --check` compares with what was last asked for.

usage() {
  cat <<'USAGE'
usage: provision.sh [--check | --dry-run] [options]

  first run:  provision.sh --vault-fingerprint SHA256:…      as the vault's console shows it (--show-vault-keys tells how)
  later:      provision.sh [what shall change]               all else stays as it was last asked for

  --check              says what differs, changes nothing, ends with 1 if anything does
  --dry-run            says what would be done, changes nothing

the vault
  --vault ADDRESS      (default 172.16.95.98), --port NUMBER (4660), --vault-user NAME (skills-backup),
  --vault-path DIR     (/srv/tc-data/backups)
  --vault-host-key FILE     host keys of the vault, as its administrator hands them over: *.pub, or lines of known_hosts;
                            may be repeated
  --vault-fingerprint TEXT  SHA256:… of a host key: asked from the network, pinned only if it has this fingerprint
  --show-vault-keys    shows what the network hands out as the vault's host keys, to compare; pins nothing, and ends
  --with-reader        makes a reader key here as well, for the time of a restore

this host
  --platform DIR       where the platform is; relative paths of continuity.yml count from here (default /srv/skills-hub)
  --timezone ZONE      whose night it is (default Europe/Paris)
  --docker yes|no      brings Docker with Compose 2 (default yes)
  --schedule KIND      timer, cron or none (default: timer where systemd runs)
  --former-script PATH its lines of cron are switched off, beside those of any backup_production.sh; may be repeated
  --runner OWNER/REPO  puts the job-started hook of GitHub's runner in place for this repository
  --runner-directory DIR  where the runner is unpacked (default /opt/actions-runner/skills-hub-production)
USAGE
}

declare -ga host_key_files=() fingerprints=() former_scripts=()
shows_vault_keys=no
wants_reader=no

# Remembered from run to run. What stands in continuity.yml counts more, once there is one.
configured=(platform timezone vault port vault-user vault-path)
remembered=("${configured[@]}" docker schedule runner runner-directory)

is_remembered() { [[ " ${remembered[*]} " == *" $1 "* ]]; }

read_arguments() {
  declare -gA asked=()
  while (($# > 0)); do
    case $1 in
    --check) mode=check ;;
    --dry-run) mode=dry-run ;;
    --show-vault-keys) shows_vault_keys=yes ;;
    --with-reader) wants_reader=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    --*)
      is_remembered "${1#--}" || [[ $1 =~ ^--(vault-host-key|vault-fingerprint|former-script)$ ]] ||
        fail "there is no option $1" 'provision.sh --help shows them.'
      (($# > 1)) || fail "$1 needs a value"
      case $1 in
      --vault-host-key) host_key_files+=("$2") ;;
      --vault-fingerprint) fingerprints+=("$2") ;;
      --former-script) former_scripts+=("$2") ;;
      *) asked[${1#--}]=$2 ;;
      esac
      shift
      ;;
    *) fail "what is \"$1\"?" 'provision.sh --help shows the options.' ;;
    esac
    shift
  done
}

# Defaults, over them what was asked for last time, over that continuity.yml, over that what is asked for now.
settle_wishes() {
  local key value
  wish[etc]=/etc
  wish[folder]=/etc/skills-hub
  wish[record]=${wish[folder]}/provision
  local -A last=()
  if [[ -f ${wish[record]} ]]; then
    while IFS='=' read -r key value; do
      [[ $key != former-script ]] || former_scripts+=("$value")
      ! is_remembered "$key" || last[$key]=$value
    done <"${wish[record]}"
  fi
  local -A usual=([platform]=/srv/skills-hub [timezone]=Europe/Paris [vault]=172.16.95.98 [port]=4660
    [vault-user]=skills-backup [vault-path]=/srv/tc-data/backups [docker]=yes [schedule]=cron [runner]=''
    [runner-directory]=/opt/actions-runner/skills-hub-production)
  [[ ! -d /run/systemd/system ]] || usual[schedule]=timer
  for key in "${remembered[@]}"; do
    value=${last["$key"]-${usual["$key"]}}
    wish["$key"]=${asked["$key"]-$value}
  done
  read_configuration
  check_wishes
}

check_plain() { [[ ${wish[$1]} =~ $2 ]] || fail "--$1 is $3, not \"${wish[$1]}\""; }

check_wishes() {
  local name script fingerprint
  for name in platform vault-path runner-directory; do
    wish["$name"]=${wish["$name"]%/}
    check_plain "$name" '^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$' 'an absolute path of plain characters'
  done
  check_plain timezone '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$' 'a time zone such as Europe/Paris'
  check_plain vault '^[A-Za-z0-9][A-Za-z0-9.:-]*$' 'the address or name of a host'
  check_plain port '^[1-9][0-9]{0,4}$' 'a port'
  check_plain vault-user '^[a-z_][a-z0-9_-]{0,30}$' 'the name of an account'
  check_plain docker '^(yes|no)$' 'yes or no'
  check_plain schedule '^(timer|cron|none)$' 'timer, cron or none'
  check_plain runner '^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$' 'a repository as OWNER/REPO'
  for script in "${former_scripts[@]}"; do
    [[ $script =~ ^(/[A-Za-z0-9_.-]+)+$ ]] || fail "--former-script is an absolute path of plain characters, not \"$script\""
  done
  for fingerprint in "${fingerprints[@]}"; do
    [[ $fingerprint =~ ^SHA256:[A-Za-z0-9+/]{43}$ ]] ||
      fail "--vault-fingerprint is SHA256: and 43 characters, not \"$fingerprint\"" \
        'On the vault: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'
  done
}

# What runs as root every night must be nobody else's to change.
check_clone() {
  local path odd
  for path in infrastructure/backup_production.sh scripts/dist/continuity/index.js continuity.example.yml; do
    [[ -r $clone/$path ]] || fail "$clone/$path is missing" "The clone is not whole: git -C $clone checkout -- ."
  done
  [[ $clone =~ ^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$ ]] ||
    fail "this clone has a path of unusual characters: $clone" 'Clone it to /opt/skills-hub-continuity.'
  odd=$(find "$clone/infrastructure" "$clone/scripts" ! -type l \( ! -uid 0 -o -perm /022 \) -print -quit)
  [[ -n $odd ]] || is_roots_own "$clone" || odd=$clone
  [[ -z $odd ]] || fail "$odd can be changed by others than root, and root would run it" \
    'Clone it as root, where root alone can write: git clone … /opt/skills-hub-continuity'
}

ensure_folder() { ensure_directory "${wish[folder]}" 755 root root; }

# Written first, so that a half-done run is finished by a bare `provision.sh`.
ensure_record() {
  local key
  {
    printf '# What provision.sh was last asked for; it reads this again.\n'
    for key in "${remembered[@]}"; do printf '%s=%s\n' "$key" "${wish[$key]}"; done
    ((${#former_scripts[@]} == 0)) || printf 'former-script=%s\n' "${former_scripts[@]}" | sort -u
  } | ensure_file "${wish[record]}" 644 root root
}

# What a backup runs beside Node and Docker, by the Debian package that holds it.
ensure_programs() {
  local program package missing=''
  while read -r program package; do
    command -v "$program" >/dev/null || missing+="${missing:+ }$package"
  done <<'PROGRAMS'
ssh openssh-client
ssh-keygen openssh-client
rsync rsync
flock util-linux
tar tar
PROGRAMS
  [[ -e /usr/share/zoneinfo/${wish[timezone]} ]] || missing+="${missing:+ }tzdata"
  [[ ${wish[schedule]} != cron ]] || command -v cron crond >/dev/null || missing+="${missing:+ }cron"
  [[ -z ${wish[runner]} || -x /usr/bin/jq ]] || missing+="${missing:+ }jq"
  missing=$(tr ' ' '\n' <<<"$missing" | sort -u | xargs)
  # shellcheck disable=SC2086 # names of packages, none with a space
  settle 'programs' "${missing:+missing packages: $missing}" install_debian $missing
  [[ $mode != apply || -e /usr/share/zoneinfo/${wish[timezone]} ]] ||
    fail "there is no time zone ${wish[timezone]}" 'Name one such as Europe/Paris: timedatectl list-timezones'
}
