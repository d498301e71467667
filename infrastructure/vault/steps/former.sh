# shellcheck shell=bash
# The former script's way in is closed on files that are root's, which the account itself cannot undo: its key on sshd's
# list of revoked keys, or its whole account in our file of sshd. Its own file of keys is crossed out as well.

collect_former_keys() {
  local file
  {
    [[ ! -f $scratch/remembered.former-key ]] || cat "$scratch/remembered.former-key"
    for file in "${former_keys[@]}"; do
      ! grep -q 'PRIVATE KEY' -- "$file" || fail "$file is a private key" 'Name the file that ends in .pub.'
      ssh-keygen -lf "$file" >/dev/null 2>&1 || fail "$file is no public key"
      awk '/^[^#]/ { print $1, $2, "former" }' "$file"
    done
    list_revoked_writers
  } | sort -u
}

check_former() {
  local name=${wish[former-account]}
  [[ -n $name ]] || return 0
  id -u "$name" >/dev/null 2>&1 || fail "there is no account $name (--former-account)"
  if [[ $(id -u "$name") == 0 || $name == "${SUDO_USER-}" ]] || id -Gn "$name" | tr ' ' '\n' | grep -xE 'sudo|wheel|admin' >/dev/null; then
    fail "$name is an administrator's account; it would be closed to them" 'Name the key that is to go: --former-key FILE.pub'
  fi
}

# Files of keys that sshd would read for an account, as it is configured without us.
list_key_files() {
  local name=$1 home pattern
  home=$(getent passwd "$name" | cut -d: -f6)
  for pattern in $(run_sshd -T -C "user=$name,host=x,addr=192.0.2.1" -f "$scratch/sshd_present" |
    awk '$1 == "authorizedkeysfile" { $1 = ""; print }'); do
    pattern=${pattern//%h/$home}
    pattern=${pattern//%u/$name}
    if [[ $pattern == /* ]]; then printf '%s\n' "$pattern"; elif [[ $pattern != none ]]; then printf '%s/%s\n' "$home" "$pattern"; fi
  done
}

# These folders are the account's: what is done there is done with its rights, so that no link leads root astray.
as_account() { setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups -- "${@:2}"; }

ensure_former_gone() {
  local name=${wish[former-account]} file difference
  [[ -n $name ]] || return 0
  while read -r file; do
    difference=''
    ! as_account "$name" grep -qE '^[[:space:]]*[^#[:space:]]' -- "$file" 2>/dev/null || difference='holds keys'
    settle "crossed out: $file" "$difference" cross_out "$name" "$file"
  done < <(list_key_files "$name")
}

cross_out() {
  # shellcheck disable=SC2016 # for the inner shell
  as_account "$1" sh -euc 'umask 077
    [ -e "$1.before-vault" ] || cp -- "$1" "$1.before-vault"
    sed "s/^[[:space:]]*\([^#[:space:]]\)/# revoked: \1/" "$1" >"$1.new"
    mv -f -- "$1.new" "$1"' sh "$2" ||
    notes+=("$2 cannot be changed by $1; sshd's own settings keep it out all the same.")
}
