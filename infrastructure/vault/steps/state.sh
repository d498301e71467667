# shellcheck shell=bash
# The wanted state: each piece is looked at in the same way by every mode, and only `settle` decides between saying and
# doing. So --check and --dry-run cannot drift away from what a real run does.

# What the steps share. Set by arguments.sh.
declare -gA wish=()
declare -g mode=apply
declare -g changes=0

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  [[ -z ${2-} ]] || printf 'next: %s\n' "$2" >&2
  exit 2
}

say() { printf '%-12s %s\n' "$1" "$2"; }

# settle ITEM DIFFERENCE COMMAND...: without a difference the item is fine; else the mode decides.
settle() {
  local item=$1 difference=$2
  shift 2
  if [[ -z $difference ]]; then
    say ok "$item"
    return
  fi
  changes=$((changes + 1))
  case $mode in
  check) say drift "$item: $difference" ;;
  dry-run) say 'would change' "$item: $difference" ;;
  *)
    current_item=$item
    "$@"
    current_item=''
    say changed "$item: $difference"
    ;;
  esac
}

# describe_owner PATH MODE OWNER GROUP: what differs, in words; nothing where all is as wanted.
describe_owner() {
  local found
  found=$(stat -c '%04a %U:%G' -- "$1")
  [[ $found == "$(printf '%04o' "0$2") $3:$4" ]] || printf 'is %s, wanted %04o %s' "$found" "0$2" "$3:$4"
}

set_owner() {
  chown -h "$3:$4" -- "$1"
  chmod "$2" -- "$1"
}

# ensure_directory PATH MODE OWNER GROUP
ensure_directory() {
  local difference=''
  [[ ! -L $1 ]] || fail "$1 is a link; a directory is wanted there"
  if [[ ! -d $1 ]]; then
    [[ ! -e $1 ]] || fail "$1 is no directory"
    difference=missing
  else
    difference=$(describe_owner "$@")
  fi
  settle "directory $1" "$difference" make_directory "$@"
}

make_directory() {
  [[ -d $1 ]] || { mkdir -p -- "${1%/*}" && (umask 077 && mkdir -- "$1"); }
  set_owner "$@"
}

# ensure_file PATH MODE OWNER GROUP: with the text of standard input. Complete, owned and synced before it has its name.
ensure_file() {
  local difference='' wanted
  wanted=$(mktemp "$scratch/file-XXXXXX")
  cat >"$wanted"
  ensure_copy "$wanted" "$@"
}

# ensure_copy SOURCE PATH MODE OWNER GROUP
ensure_copy() {
  local source=$1 difference=''
  shift
  [[ ! -d $1 || -L $1 ]] || fail "$1 is a directory; a file is wanted there"
  if [[ -L $1 ]]; then
    difference='is a link'
  elif [[ ! -e $1 ]]; then
    difference=missing
  elif ! cmp -s -- "$source" "$1"; then
    difference='content differs'
  else
    difference=$(describe_owner "$@")
  fi
  settle "file $1" "$difference" put_file "$source" "$@"
}

# Names that end in ~ are passed over by sudo, cron, logrotate and sshd's *.conf: one that a killed run left does no harm.
put_file() {
  local source=$1 path=$2 new old
  shift
  for old in "${path%/*}"/."${path##*/}".??????~; do
    [[ ! -f $old ]] || rm -f -- "$old"
  done
  new=$(mktemp "${path%/*}/.${path##*/}.XXXXXX~")
  cat -- "$source" >"$new"
  set_owner "$new" "$2" "$3" "$4"
  sync -- "$new"
  mv -fT -- "$new" "$path"
  sync -- "${path%/*}"
}

# ensure_absent PATH WHY
ensure_absent() {
  local difference=''
  [[ ! -e $1 && ! -L $1 ]] || difference="is there: $2"
  settle "no $1" "$difference" rm -f -- "$1"
}

# fill FORM: the text of a file under forms/, with @WORDS@ replaced by wishes of that name.
fill() {
  local script='' name
  for name in "${!wish[@]}"; do script+="s|@${name}@|${wish[$name]}|g;"; done
  sed "$script" "$forms/$1"
}
