#!/usr/bin/env bash
# Creates what the compose files expect on this machine and is missing: secret files with random content, and for
# production the folders of data/, each of the user who writes there. What is there keeps its content.
#
#   infrastructure/compose/prepare.sh production    as root
#   infrastructure/compose/prepare.sh dev           as whoever may use Docker
#
# Who may read a secret. Compose hands a file on as it is, with its owner and mode, and the services run as users of their
# own: a file that only root may read would be closed to them. So the folder is closed (0700) and the files are open
# (0444): on the host nobody passes the folder, in a container nobody is but the service that the file was given to. The
# one exception, a PostgreSQL password file, is ignored by its reader unless it is private: it belongs to Mattermost's user.
# data/ is closed for the same reason.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mattermost_user=2000:2000

say() { printf 'prepare: %s\n' "$*" >&2; }
stop() {
  printf 'prepare: error: %s\n' "$1" >&2
  printf 'prepare: next: %s\n' "$2" >&2
  exit 1
}

# A variable as Compose sees it. What .env says is for Compose itself to tell: quotes, comments and variables in it are of
# its own kind. Expects: the variable's name and its default.
setting() {
  local model value
  if [ -n "${!1-}" ] || [ ! -e .env ]; then
    printf '%s\n' "${!1:-$2}"
    return
  fi
  # shellcheck disable=SC2016 # for Compose
  model="$(printf 'name: setting\nservices: { one: { image: none, environment: { SETTING: "${%s:-%s}" } } }\n' "$1" "$2" |
    docker compose --project-directory . -f - config --format json)" ||
    stop "Docker Compose cannot tell $1: it is missing, or .env is not well formed." \
      'Install Docker with Compose 2, or put right what it names.'
  value="$(sed -n 's/^ *"SETTING": "\(.*\)",\{0,1\}$/\1/p' <<<"$model")"
  case "$value" in '' | *[\\\$]*) stop "$1 in .env is no plain path." "Set $1 to a path without quotes, backslashes and dollars in it." ;; esac
  printf '%s\n' "$value"
}

# Nothing is half written under its name, and an unreadable source of chance is an error. Expects: the content's producer.
write_new() {
  local path="$1" mode="$2" partial
  shift 2
  partial="$(mktemp "$path.partial-XXXXXX")"
  "$@" >"$partial"
  [ -s "$partial" ] || stop "Nothing was written to $partial." 'Remove that file and run this again.'
  chmod "$mode" "$partial"
  mv -n "$partial" "$path"
  say "created $path"
}

random_password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
password_file() { printf 'mattermost-db:5432:mattermost:mmuser:%s\n' "$(cat "$secrets/mattermost_db_password")"; }

create_secrets() {
  local name
  umask 077
  mkdir -p "$secrets"
  chmod 700 "$secrets"
  # Of a run that was killed: passwords that nothing uses.
  rm -f -- "$secrets"/*.partial-??????
  for name in {app,keycloak,odoo,mattermost}_db_password {keycloak,odoo}_admin_password; do
    [ -e "$secrets/$name" ] || write_new "$secrets/$name" 444 random_password
    # Put there by hand, or out of a recovery kit.
    [ "$(stat -c %a "$secrets/$name")" = 444 ] || chmod 444 "$secrets/$name"
  done
  [ -e "$secrets/mattermost_pgpass" ] || write_new "$secrets/mattermost_pgpass" 400 password_file
  give_password_file
}

compose() { docker compose -f "$file" "$@"; }

# Without root only a container can give a file away, which also knows a rootless engine's numbers.
give_password_file() {
  local path="$secrets/mattermost_pgpass"
  if [ "$(id -u)" -eq 0 ]; then
    if [ "$(stat -c %u:%g "$path")" = "$mattermost_user" ]; then return; fi
    chown "$mattermost_user" "$path"
  else
    if [ ! -r "$path" ]; then return; fi
    compose run --rm -T --no-deps --user 0:0 --volume "$(realpath "$secrets"):/given" --entrypoint chown \
      mattermost-db "$mattermost_user" /given/mattermost_pgpass >&2 ||
      stop "$path cannot be given to Mattermost's user ($mattermost_user)." \
        "Start Docker and run this again, or: sudo chown $mattermost_user $path"
  fi
}

# Whom a service's image runs as. Expects: the service, and the answer for an image that has no shell to be asked with.
user_of() {
  local answer
  # shellcheck disable=SC2016 # for the shell in the container
  answer="$(compose run --rm -T --no-deps --entrypoint /bin/sh "$1" -c 'echo "$(id -u):$(id -g)"' 2>/dev/null)" || answer=
  case "$answer" in *[!0-9:]* | '') answer="$2" ;; esac
  printf '%s\n' "$answer"
}

# What a container's user may do, the host's account of the same number may: the App's 1000 is that of the first account
# that useradd makes. So nobody but root gets as far as the folders; Docker mounts them as root.
close_data_folder() {
  local other
  if [ ! -d "$data" ]; then install -d -m 700 "$data"; fi
  if [ "$(stat -c %a "$data")" = 700 ]; then return; fi
  # A folder that others use as well is not ours to close.
  other="$(find "$data" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name uploads ! -name odoo ! -name odoo-addons \
    ! -name mattermost -print -quit)"
  if [ -z "$other" ]; then
    chmod 700 "$data"
    say "closed $data to all but its owner"
  else
    say "$data holds more than the platform ($other): close it or its folders to the host's other accounts by hand"
  fi
}

create_data_folders() {
  local name owner
  local folders=(uploads odoo odoo-addons mattermost/config mattermost/data mattermost/plugins mattermost/client-plugins)
  umask 022
  close_data_folder
  # All of them first: a service whose folder is missing cannot be asked either.
  for name in "${folders[@]}"; do [ -d "$data/$name" ] || install -d -m 750 "$data/$name"; done
  for name in "${folders[@]}"; do
    # Empty and root's: created just now, or by a run that got no further.
    if [ "$(stat -c %u "$data/$name")" != 0 ] || [ -n "$(ls -A "$data/$name")" ]; then continue; fi
    case "$name" in
    uploads) owner="$(user_of app 1000:1000)" ;;
    odoo | odoo-addons) owner="$(user_of odoo 101:101)" ;;
    *) owner="$mattermost_user" ;;
    esac
    chown "$owner" "$data/$name"
    say "created $data/$name for $owner"
  done
}

case "${1-}" in
production)
  file=docker-compose.yml
  secrets="$(setting SECRETS_DIR ./secrets)"
  data="$(setting DATA_DIR ./data)"
  [ "$(id -u)" -eq 0 ] || stop 'Production is prepared as root.' "sudo $0 production"
  create_secrets
  create_data_folders
  ;;
dev)
  file=docker-compose.dev.yml
  secrets="$(setting DEV_SECRETS_DIR ./secrets/dev)"
  create_secrets
  ;;
*) stop 'Which platform is to be prepared?' "$0 production, or $0 dev" ;;
esac
