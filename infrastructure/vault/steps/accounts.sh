# shellcheck shell=bash
# Accounts that nobody can log in to with a password, whose homes are outside the data and not theirs to write.

ensure_group() {
  local difference=''
  getent group "$1" >/dev/null || difference=missing
  settle "group $1" "$difference" groupadd --system "$1"
}

# ensure_account NAME HOME SHELL [GROUP[,GROUP]]: its own group, and no other but those named.
ensure_account() {
  local name=$1 home=$2 shell=$3 group=${4-} entry differences=()
  entry=$(getent passwd "$name" || true)
  if [[ -z $entry ]]; then
    settle "account $name" missing make_account "$@"
    return
  fi
  [[ $(cut -d: -f3 <<<"$entry") != 0 ]] || fail "account $name is root by another name"
  [[ $(cut -d: -f6 <<<"$entry") == "$home" ]] || differences+=("home is $(cut -d: -f6 <<<"$entry")")
  [[ $(cut -d: -f7 <<<"$entry") == "$shell" ]] || differences+=("shell is $(cut -d: -f7 <<<"$entry")")
  # "*" is no password at all; "!" would lock the account for its key as well where sshd does without PAM.
  [[ $(getent shadow "$name" | cut -d: -f2) == '*' ]] || differences+=('has a password field other than *')
  [[ $(list_groups "$name") == "$(tr , '\n' <<<"$name${group:+,$group}" | sort -u | xargs)" ]] ||
    differences+=("is in the groups $(list_groups "$name")")
  local IFS=';'
  settle "account $name" "${differences[*]}" change_account "$@"
}

list_groups() { id -Gn "$1" | tr ' ' '\n' | sort -u | xargs; }

make_account() {
  # A group that a killed run left is taken; nothing is copied into a home that is root's.
  getent group "$1" >/dev/null || groupadd --system "$1"
  useradd --system --gid "$1" --no-create-home --home-dir "$2" --shell "$3" "$1"
  change_account "$@"
}

change_account() {
  getent group "$1" >/dev/null || groupadd --system "$1"
  usermod --gid "$1" --home "$2" --shell "$3" --password '*' --groups "${4-}" "$1"
}

ensure_accounts() {
  local homes=${wish[homes]} role
  ensure_group "${wish[operators]}"
  ensure_account "${wish[writer]}" "$homes/writer" /bin/sh
  ensure_account "${wish[reader]}" "$homes/reader" /bin/sh
  # It reads what the writer brings, and lets operators read what it seals.
  ensure_account "${wish[keeper]}" "$homes/keeper" /usr/sbin/nologin "${wish[writer]},${wish[operators]}"
  ensure_directory "$homes" 755 root root
  for role in writer reader keeper; do
    ensure_directory "$homes/$role" 755 root root
    ensure_no_work_of "${wish[$role]}"
  done
}

# What an account could have left that runs without its forced command.
ensure_no_work_of() {
  ensure_absent "/var/spool/cron/crontabs/$1" 'this account has no timers of its own'
  ensure_absent "/var/lib/systemd/linger/$1" 'this account has no services of its own'
}
