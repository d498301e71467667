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

# Owners of what lies there that are neither root nor the keeper: whoever kept the archives until now.
list_former_owners() {
  local directory=${wish[directory]} keeper writer
  [[ -d $directory ]] || return 0
  keeper=$(id -u "${wish[keeper]}" 2>/dev/null || echo none)
  writer=$(id -u "${wish[writer]}" 2>/dev/null || echo none)
  {
    stat -c '%u' -- "$directory"
    find_archives -printf '%U\n'
    [[ ! -d $directory/.vault ]] || find -P "$directory/.vault" -printf '%U\n'
    [[ ! -d $directory/.incoming ]] || stat -c '%u' -- "$directory/.incoming"
    # Uploads are the writer's, once and for all.
    [[ ! -d $directory/.incoming ]] || find -P "$directory/.incoming" -mindepth 1 ! -uid "${writer/none/0}" -printf '%U\n'
  } | sort -u | grep -vx -e 0 -e "$keeper" || true
}

list_processes_of_former_owners() {
  local uid
  while read -r uid; do
    # The administrator who runs this may have copied archives here. One that has ended (Z) holds nothing any more.
    [[ $uid == "${SUDO_UID-}" ]] || ps -o pid=,user=,stat=,comm= -U "$uid" -u "$uid" |
      awk '$3 !~ /^Z/ { print $1, $2, $4 }' || true
  done < <(list_former_owners)
}

check_processes() {
  local running
  running=$(list_processes_of_former_owners | sed -n 1,5p | tr -s ' \n' ' ;')
  [[ -z $running ]] || fail "the account that kept the archives until now is at work: ${running%;}" \
    'Wait for it, or end it, and run provision.sh again: what it holds open it could still change.'
}

# list_writers: what holds an archive open for writing, or has it mapped so; the keeper itself may.
list_writers() {
  local path keeper
  find_archives -type f -printf '%D:%i\n' | sort >"$scratch/archives"
  [[ -s $scratch/archives ]] || return 0
  keeper=$(id -u "${wish[keeper]}" 2>/dev/null || echo none)
  { find -L /proc/[0-9]*/fd /proc/[0-9]*/map_files -maxdepth 1 -type f -printf '%D:%i %p\n' 2>/dev/null || true; } |
    awk 'NR == FNR { known[$1]; next } $1 in known { print $2 }' "$scratch/archives" - |
    while read -r path; do
      # The mode of the link is that of the descriptor; both are gone where the process has ended.
      [[ $(stat -c '%A' -- "$path" 2>/dev/null) != ??w* || $(stat -c '%u' -- "${path%/*/*}" 2>/dev/null) == "$keeper" ]] ||
        printf '%s\n' "$path"
    done
}

check_writers() {
  local writers
  writers=$(list_writers | sed -n 1,5p | tr '\n' ' ')
  [[ -z $writers ]] || fail "an archive is open for writing: $writers" \
    'End that process (the number after /proc/), and run provision.sh again: until then the archive could still change.'
}

# A second name somewhere else may be that of a file which is nobody's to give away.
check_links() {
  local odd
  [[ -d ${wish[directory]} ]] || return 0
  odd=$(find -P "${wish[directory]}" -type f -links +1 -printf '%D:%i %n %P\n' |
    awk '{ seen[$1]++; links[$1] = $2; name[$1] = $3 } END { for (id in seen) if (seen[id] != links[id]) print name[id] }' | sed -n 1,3p | tr '\n' ' ')
  [[ -z $odd ]] || fail "these have a second name outside ${wish[directory]}: $odd" 'Copy such a file and put the copy in its place (cp -p, mv).'
}

# What no new owner takes away from whoever kept the archives until now: the keeper's own folders turned aside by a link,
# so that it clears up in the wrong place; and access lists, which go on letting people in, to archives to come as well.
check_planted() {
  local directory=${wish[directory]} odd
  [[ -d $directory ]] || return 0
  odd=$([[ ! -d $directory/.vault ]] || find -P "$directory/.vault" -mindepth 1 ! -type f ! -type d -printf '%P\n' | sed -n 1,3p | tr '\n' ' ')
  [[ -z $odd ]] || fail "$directory/.vault holds what is neither a file nor a directory: $odd" \
    'The vault makes no such thing: find out who did, and remove it.'
  odd=$({
    find -P "$directory" -maxdepth 1 ! -type l -exec ls -ldn -- {} +
    [[ ! -d $directory/.vault ]] || find -P "$directory/.vault" -mindepth 1 -exec ls -ldn -- {} +
  } | awk 'substr($1, 11, 1) == "+" { print $NF }' | sed -n 1,3p | tr '\n' ' ')
  [[ -z $odd ]] || fail "access lists let others in beside owner and group: $odd" \
    "Look at them (getfacl, Debian package acl), then remove them: setfacl -RPbk $directory"
}

ensure_directories() {
  local directory=${wish[directory]} keeper=${wish[keeper]} writer=${wish[writer]}
  ensure_directory "$directory" 751 "$keeper" "${wish[operators]}"
  ensure_directory "$directory/.vault" 700 "$keeper" "$keeper"
  ensure_directory "$directory/.incoming" 1770 "$keeper" "$writer"
  ensure_contents 'archives' "$keeper:${wish[operators]}" 0440 "$directory" -regextype posix-extended -maxdepth 1 -regex "$archive_names"
  ensure_contents 'the emergency card' "$keeper:${wish[operators]}" 0444 "$directory" -maxdepth 1 -name CARTE-URGENCE.md
  ensure_contents '.vault' "$keeper:$keeper" '' "$directory/.vault" -mindepth 1
  # Never a file with a second name: it may be an archive's.
  ensure_contents '.incoming' "$writer:$writer" '' "$directory/.incoming" -mindepth 1 -maxdepth 1 ! \( -type f -links +1 \)
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
  odd=$(find -P "$@" ! -type f ! -type d -printf '%f\n' | sed -n 1,5p | tr '\n' ' ')
  [[ -z $odd ]] || say note "$item: neither files nor directories, left alone: $odd"
  local differences=()
  ((wrong == 0)) || differences+=("$wrong with another owner")
  ((loose == 0)) || differences+=("$loose with another mode")
  settle "$item in ${wish[directory]} belong to $owner" "${differences[*]}" take_contents "$owner" "$bits" "$@"
}

# From here on links are not followed, and what is no file and no directory is not taken.
take_contents() {
  local owner=$1 bits=$2
  shift 2
  find -P "$@" \( -type f -o -type d \) \( ! -user "${owner%:*}" -o ! -group "${owner#*:}" \) -exec chown -h "$owner" -- {} +
  [[ -z $bits ]] || find -P "$@" -type f ! -perm "$bits" -exec chmod "$bits" -- {} +
}
