# shellcheck shell=bash
# What was asked for: this time, or the last time. A bare `provision.sh --check` compares with what was last asked for.

usage() {
  cat <<'USAGE'
usage: provision.sh [--check | --dry-run] [options]

  first run:  provision.sh --writer-key FILE.pub --reader-key FILE.pub --from ADDRESS[,ADDRESS…] --listen ADDRESS
  later:      provision.sh [what shall change]      all else stays as it was last asked for

  --check            says what differs, changes nothing, ends with 1 if anything does
  --dry-run          says what would be done, changes nothing

who may come
  --writer-key FILE  public key of production (RSA 4096); twice for two keys, while one replaces the other
  --reader-key FILE  public key of whoever restores; likewise
  --revoke-writer    every writer key but those named now is refused for every account from now on; with none named,
                     nobody writes until there is a new one (infrastructure/recovery/revoke-writer-key.sh)
  --from LIST        addresses or networks that both keys may come from, or "any"
  --reader-from LIST the same for the reader key alone
  --also-from LIST   further addresses that the firewall lets reach the port: administrators who log in there
  --listen ADDRESS   internal address that sshd listens at, --port NUMBER (default 4660)
  --firewall yes|no  a rule for that port (default yes)
  --former-account NAME  account of the former script: nobody logs in as it any more
  --former-key FILE  public key of the former script, refused for every account from now on; may be repeated

where things are
  --directory DIR    the archives (default /srv/tc-data/backups); never a mount point itself
  --volume SPEC      makes an XFS volume for them: xfs:DEVICE (must be blank) or xfs-loop:SIZE:FILE
  --mount-point DIR  where that volume goes (default: the folder above --directory)
  --node PATH        a private copy of Node beside the program: a binary, an unpacked folder or an archive of nodejs.org
  --bundles DIR      where vault/index.js and vault-upkeep/index.js are (default: scripts/dist of this clone)
  --timers KIND      systemd, cron or none (default: what runs here)

names, if the usual ones are taken
  --name NAME (skills-vault), --writer, --reader, --keeper, --operators NAME, --library DIR, --homes DIR, --log DIR,
  --settings FILE, --etc DIR, --sshd-config FILE, --sudoers-directory DIR
USAGE
}

declare -ga writer_keys=() reader_keys=() former_keys=()
revokes_writer=no

# Remembered from run to run, in this order; the rest concerns one run only, or stands in other files.
remembered=(directory volume mount-point writer reader keeper operators library homes log settings sshd-config
  sudoers-directory listen port from reader-from also-from firewall timers former-account)

is_remembered() { [[ " ${remembered[*]} " == *" $1 "* ]]; }

read_arguments() {
  declare -gA asked=()
  while (($# > 0)); do
    case $1 in
    --check) mode=check ;;
    --dry-run) mode=dry-run ;;
    --revoke-writer) revokes_writer=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    --writer-key | --reader-key | --former-key | --name | --etc | --node | --bundles | --*)
      is_remembered "${1#--}" || [[ $1 =~ ^--((writer|reader|former)-key|name|etc|node|bundles)$ ]] ||
        fail "there is no option $1" 'provision.sh --help shows them.'
      (($# > 1)) || fail "$1 needs a value"
      case $1 in
      --writer-key) writer_keys+=("$2") ;;
      --reader-key) reader_keys+=("$2") ;;
      --former-key) former_keys+=("$2") ;;
      *) asked[${1#--}]=$2 ;;
      esac
      shift
      ;;
    *) fail "what is \"$1\"?" 'provision.sh --help shows the options.' ;;
    esac
    shift
  done
}

# Defaults, over them what was asked for last time, over that what is asked for now.
settle_wishes() {
  local name key value
  wish[name]=${asked[name]:-skills-vault}
  wish[etc]=${asked[etc]:-/etc}
  check_plain name '^[a-z][a-z0-9-]{0,30}$' 'a short name in lower case'
  check_plain etc '^/[A-Za-z0-9/._-]+$' 'an absolute path of plain characters'
  wish[record]="${wish[etc]}/${wish[name]}.provision"
  if [[ -f ${wish[record]} ]]; then
    while IFS='=' read -r key value; do
      [[ $key != *-key ]] || printf '%s\n' "$value" >>"$scratch/remembered.$key"
      ! is_remembered "$key" || [[ -v asked[$key] ]] || asked[$key]=$value
    done <"${wish[record]}"
  fi
  name=${wish[name]}
  local -A usual=(
    [directory]=/srv/tc-data/backups [writer]=skills-backup [reader]=skills-restore [keeper]=skills-vault
    [operators]=skills-operators [library]=/usr/local/lib/$name [homes]=/var/lib/$name [log]=/var/log/$name
    [settings]=${wish[etc]}/$name.yml [sshd-config]=${wish[etc]}/ssh/sshd_config
    [sudoers-directory]=${wish[etc]}/sudoers.d [port]=4660 [firewall]=yes [volume]='' [mount-point]=''
    [listen]='' [from]='' [reader-from]='' [also-from]='' [timers]='' [former-account]=''
  )
  for key in "${remembered[@]}"; do wish["$key"]=${asked["$key"]-${usual["$key"]}}; done
  wish[bundles]=${asked[bundles]:-$clone/scripts/dist}
  wish[node]=${asked[node]-}
  [[ -n ${wish[mount-point]} ]] || wish[mount-point]=$(dirname -- "${wish[directory]}")
  [[ -n ${wish[reader-from]} ]] || wish[reader-from]=${wish[from]}
  if [[ -z ${wish[timers]} ]]; then
    if [[ -d /run/systemd/system ]]; then wish[timers]=systemd; else wish[timers]=cron; fi
  fi
  wish[keys]=${wish[etc]}/ssh/authorized_keys.d
  check_wishes
}

check_plain() { [[ ${wish[$1]} =~ $2 ]] || fail "--$1 is $3, not \"${wish[$1]}\""; }

check_wishes() {
  local name
  for name in directory mount-point library homes log settings sshd-config sudoers-directory; do
    wish["$name"]=${wish["$name"]%/}
    check_plain "$name" '^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$' 'an absolute path of plain characters'
  done
  for name in writer reader keeper operators; do check_plain "$name" '^[a-z_][a-z0-9_-]{0,30}$' 'the name of an account'; done
  [[ $(printf '%s\n' "${wish[writer]}" "${wish[reader]}" "${wish[keeper]}" root | sort -u | wc -l) == 4 ]] ||
    fail 'writer, reader and keeper are three accounts, none of them root'
  check_plain former-account '^([a-z_][a-z0-9_.-]*)?$' 'the name of an account'
  [[ ${wish[former-account]} != root && ${wish[former-account]} != "${wish[keeper]}" ]] ||
    fail "--former-account ${wish[former-account]} cannot be closed" 'Name the key that is to go: --former-key FILE.pub'
  check_plain port '^[1-9][0-9]{0,4}$' 'a port'
  check_plain firewall '^(yes|no)$' 'yes or no'
  check_plain timers '^(systemd|cron|none)$' 'systemd, cron or none'
  check_plain volume '^(|xfs:/dev/[A-Za-z0-9/._-]+|xfs-loop:[1-9][0-9]*[MGT]:/[A-Za-z0-9/._-]+)$' \
    'xfs:/dev/… or xfs-loop:SIZE:FILE with a size such as 500G'
  [[ -n ${wish[listen]} ]] || fail '--listen is missing' 'Name the internal address of this host, such as 172.16.95.98.'
  [[ -n ${wish[from]} ]] || fail '--from is missing' 'Name the address of production, or "any".'
  check_plain listen '^[0-9A-Fa-f.:]+$' 'an address of this host'
  for name in from reader-from also-from; do
    check_plain "$name" '^(any|[0-9A-Fa-f.:/]+(,[0-9A-Fa-f.:/]+)*|)$' 'a list of addresses or networks, or "any"'
  done
}

# Written first, so that a half-done run is finished by a bare `provision.sh`.
ensure_record() {
  local key
  {
    printf '# What provision.sh of %s was last asked for; it reads this again.\n' "${wish[name]}"
    for key in "${remembered[@]}"; do printf '%s=%s\n' "$key" "${wish[$key]}"; done
    for key in writer reader former; do sed "s/^/$key-key=/" "$scratch/$key.keys"; done
  } | ensure_file "${wish[record]}" 644 root root
}
