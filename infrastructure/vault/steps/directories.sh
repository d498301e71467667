# shellcheck shell=bash
# The directories of the vault, and taking over what another account has left in them.
#
# A new owner is not enough: whoever holds a file open for writing goes on writing into it, whatever its owner and mode
# say. So first everything changes its owner from the top down, after which nobody else can open anything; then every
# process of this host is looked at, and an archive that anyone still holds open for writing stops the run before it
# counts for anything.

# Names that our archives have, and those of the former script. Whatever else lies there is nobody's business here.
archive_names='.*/backup_full_[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(_[0-2][0-9]-[0-5][0-9](-[0-5][0-9])?)?\.tar\.gz'

# find_archives TEST...: among those lying in the vault.
find_archives() { find -P "${wish[directory]}" -regextype posix-extended -maxdepth 1 -regex "$archive_names" "$@"; }

# Owners of what lies there that are neither root nor accounts of the vault: whoever kept the archives until now.
list_former_owners() {
  [[ -d ${wish[directory]} ]] || return 0
  {
    stat -c '%u' -- "${wish[directory]}"
    find_archives -printf '%U\n'
    find -P "${wish[directory]}/.vault" "${wish[directory]}/.incoming" -printf '%U\n' 2>/dev/null || true
    [[ -z ${wish[former-account]} ]] || id -u "${wish[former-account]}"
  } | sort -u | grep -vx -e 0 -e "$(id -u "${wish[keeper]}" 2>/dev/null || echo none)" || true
}

# Processes of those owners, but for the writer's own (whose uploads belong to it) once it is provisioned.
list_processes_of_former_owners() {
  local uid
  while read -r uid; do
    [[ $uid != "$(id -u "${SUDO_USER:-root}" 2>/dev/null)" ]] || continue
    [[ $uid != "$(id -u "${wish[writer]}" 2>/dev/null || true)" || ! -f ${wish[sshd-file]} ]] || continue
    ps -o pid=,user=,comm= -U "$uid" -u "$uid" || true
  done < <(list_former_owners)
}

check_processes() {
  local running
  running=$(list_processes_of_former_owners | head -n 5)
  [[ -z $running ]] || fail "the account that kept the archives until now is at work: $(xargs <<<"${running//$'\n'/;}")" \
    'Wait for it, or end it, and run provision.sh again: what it holds open it could still change.'
}

# list_writers: "PID DESCRIPTOR" of whatever holds an archive open for writing, or has it mapped so.
list_writers() {
  find_archives -type f -printf '%D:%i\n' | sort >"$scratch/archives"
  [[ -s $scratch/archives ]] || return 0
  { find -L /proc/[0-9]*/fd /proc/[0-9]*/map_files -maxdepth 1 -type f -printf '%D:%i %p\n' 2>/dev/null || true; } |
    awk 'NR == FNR { known[$1]; next } $1 in known { print $2 }' "$scratch/archives" - |
    while read -r path; do
      [[ $(stat -c '%A' -- "$path" 2>/dev/null) != ??w* ]] || printf '%s\n' "$path"
    done
}

check_writers() {
  local writers
  writers=$(list_writers | head -n 5 | xargs)
  [[ -z $writers ]] || fail "an archive is open for writing: $writers" \
    'End that process (the number after /proc/), and run provision.sh again: until then the archive could still change.'
}

# give_all DIRECTORY TEST... : what is not the keeper's changes its owner; links are not followed, and not taken.
# Only what belongs to who kept the archives: a hard link to a file of root's, planted there, stays root's.
take_files() {
  local owner=$1 uid
  shift
  while read -r uid; do
    [[ $uid == "$(id -u "${owner%:*}")" ]] || find -P "$@" -uid "$uid" \( -type f -o -type d \) -exec chown -h --from="$uid" "$owner" -- {} +
  done <"$scratch/former-owners"
}

ensure_directories() {
  local directory=${wish[directory]} keeper=${wish[keeper]} writer=${wish[writer]}
  # Seen before anything has a new owner; a run that was killed in between finds the rest by what is not the keeper's.
  list_former_owners >"$scratch/former-owners"
  ensure_directory "$directory" 751 "$keeper" "${wish[operators]}"
  ensure_directory "$directory/.vault" 700 "$keeper" "$keeper"
  ensure_directory "$directory/.incoming" 1770 "$keeper" "$writer"
  ensure_contents 'archives' "$keeper:${wish[operators]}" 0440 "$directory" -regextype posix-extended -maxdepth 1 -regex "$archive_names"
  ensure_contents '.vault' "$keeper:$keeper" '' "$directory/.vault" -mindepth 1
  ensure_contents '.incoming' "$writer:$writer" '' "$directory/.incoming" -mindepth 1 -maxdepth 1
}

# ensure_contents ITEM OWNER:GROUP MODE FIND...
ensure_contents() {
  local item=$1 owner=$2 bits=$3 wrong=0 loose=0 odd
  shift 3
  [[ -d $1 ]] || return 0
  # A failed look reads as empty, which must not pass for well: the accounts may not exist yet.
  if id -u "${owner%:*}" >/dev/null 2>&1 && getent group "${owner#*:}" >/dev/null; then
    wrong=$(find -P "$@" \( -type f -o -type d \) \( ! -user "${owner%:*}" -o ! -group "${owner#*:}" \) -printf x | wc -c)
  else
    wrong=$(find -P "$@" \( -type f -o -type d \) -printf x | wc -c)
  fi
  [[ -z $bits ]] || loose=$(find -P "$@" -type f ! -perm "$bits" -printf x | wc -c)
  odd=$(find -P "$@" ! -type f ! -type d -printf '%f ' | head -c 200)
  [[ -z $odd ]] || say note "$item: neither files nor directories, left alone: $odd"
  local differences=()
  ((wrong == 0)) || differences+=("$wrong with another owner")
  ((loose == 0)) || differences+=("$loose with another mode")
  settle "$item in ${wish[directory]} belong to $owner" "${differences[*]}" take_contents "$owner" "$bits" "$@"
}

take_contents() {
  local owner=$1 bits=$2
  shift 2
  take_files "$owner" "$@"
  find -P "$@" \( -type f -o -type d \) -user "${owner%:*}" ! -group "${owner#*:}" -exec chown -h "$owner" -- {} +
  # What was root's all along is root's word, unless it has a second name somewhere.
  find -P "$@" -type f -user root -links 1 -exec chown -h "$owner" -- {} +
  [[ -z $bits ]] || find -P "$@" -type f -user "${owner%:*}" ! -perm "$bits" -exec chmod "$bits" -- {} +
}
