#!/usr/bin/env bash
# Puts the job-started hook and its list in place for one runner, and makes what decides about jobs root's alone.
# Run it before the runner's first start, again after `svc.sh install` and after every update. docs/runner.md tells when.
set -euo pipefail
umask 022

usage() {
  cat <<'USAGE'
usage: install.sh --label skills-hub-production|skills-hub-dev --directory DIR [--user NAME]
                  [--allow 'REPOSITORY EVENT WORKFLOW-REF [protected]']... [--check | --dry-run] [--root PREFIX]

  --label      which runner; skills-hub-production always runs as root
  --directory  where the runner is unpacked, for example /opt/actions-runner/skills-hub-production
  --user       account of the development runner (default skills-hub-dev), created where it is missing
  --allow      a line of the list, may be repeated; without it the present list stays
  --check      says what differs, changes nothing, ends with 1 if anything does
  --dry-run    says what would be done, changes nothing
  --root       works below this folder (tests, images); accounts are then not created
USAGE
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 2
}

label='' directory='' account='' root='' mode=apply
allow=()
while (($# > 0)); do
  case $1 in
  --label | --directory | --user | --root | --allow)
    (($# > 1)) || fail "$1 needs a value"
    case $1 in
    --label) label=$2 ;;
    --directory) directory=${2%/} ;;
    --user) account=$2 ;;
    --root) root=${2%/} ;;
    --allow) allow+=("$2") ;;
    esac
    shift
    ;;
  --check) mode=check ;;
  --dry-run) mode=dry-run ;;
  --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
  esac
  shift
done
case $label in
skills-hub-production)
  [[ ${account:-root} == root ]] || fail 'the production runner runs as root'
  account=root
  ;;
skills-hub-dev)
  account=${account:-skills-hub-dev}
  [[ $account != root ]] || fail 'the development runner does not run as root'
  ;;
*) fail '--label is skills-hub-production or skills-hub-dev' ;;
esac
[[ $directory =~ ^/[A-Za-z0-9/._-]+$ ]] || fail '--directory is an absolute path of plain characters'
[[ $account =~ ^[a-z_][a-z0-9_-]*$ ]] || fail '--user is the name of an account'
[[ $(id -u) == 0 ]] || fail 'must run as root'

source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hook=/usr/local/lib/skills-hub-runner/$label/job-started.sh
list=/etc/skills-hub-runner/$label.conf
differences=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The one place that decides between saying and doing: change TEXT COMMAND...
change() {
  local text=$1
  shift
  differences=$((differences + 1))
  case $mode in
  check) printf 'drift: %s\n' "$text" ;;
  dry-run) printf 'would: %s\n' "$text" ;;
  *)
    printf '%s\n' "$text"
    "$@"
    ;;
  esac
}

# own PATH OWNER GROUP MODE, where PATH exists
own() {
  local path=$root$1
  [[ -e $path ]] || return 0
  [[ ! -L $path ]] || fail "$path is a link"
  [[ $(stat -c '%U:%G' "$path") == "$2:$3" ]] || change "$path belongs to $2:$3" chown "$2:$3" "$path"
  [[ $(stat -c '%a' "$path") == "$4" ]] || change "$path has mode $4" chmod "$4" "$path"
}

# folder PATH OWNER GROUP MODE
folder() {
  [[ -d $root$1 ]] || change "$root$1 is created" mkdir -p "$root$1"
  own "$@"
}

# A new file is complete before it has its name.
put() {
  local new
  new=$(mktemp "${2%/*}/.new-XXXXXX")
  cat "$1" >"$new"
  chmod 644 "$new"
  mv -f "$new" "$2"
}

# content PATH: the text of standard input, root's, for all to read
content() {
  cat >"$scratch/content"
  cmp -s "$scratch/content" "$root$1" || change "$root$1 is written" put "$scratch/content" "$root$1"
  own "$1" root root 644
}

# Folders that the hook finds unsafe are the administrator's to mend.
folders=(/ /usr /usr/local /usr/local/lib /etc)
above=${directory%/*}
while [[ -n $above ]]; do
  folders+=("$above")
  above=${above%/*}
done
for path in "${folders[@]}"; do
  [[ ! -e $root$path ]] || [[ $(stat -c '%u' "$root$path") == 0 && -z $(find "$root$path" -maxdepth 0 -perm /022) ]] ||
    fail "$root$path must belong to root and be writable by nobody else"
done
[[ -n $root || -x /usr/bin/jq ]] || change 'the package jq is installed' apt-get install -y --no-install-recommends jq

if [[ -z $root ]] && ! id -u "$account" >/dev/null 2>&1; then
  change "account $account is created" \
    useradd --system --create-home --home-dir "/var/lib/$account" --shell /usr/sbin/nologin "$account"
fi
group=$(id -gn "$account" 2>/dev/null || printf '%s' "$account")

# The hook and its list.
folder /usr/local/lib/skills-hub-runner root root 755
folder "${hook%/*}" root root 755
content "$hook" <"$source_folder/job-started.sh"
folder "${list%/*}" root root 755
if ((${#allow[@]} > 0)); then
  printf '%s\n' "# $label: who may use this runner. Written by install.sh." "${allow[@]}" >"$scratch/list"
else
  [[ -f $root$list ]] || fail "$root$list is missing: name its lines with --allow"
  cat "$root$list" >"$scratch/list"
fi
bash "$source_folder/job-started.sh" --check-list "$scratch/list" || fail 'the list is not well formed'
if [[ $label == skills-hub-production ]] && grep -Ev '^(#|$)' "$scratch/list" | grep -Evq '@refs/heads/main( protected)?$'; then
  fail 'only workflows of refs/heads/main may use the production runner'
fi
content "$list" <"$scratch/list"

# What the runner reads before it has a job: .env sets the hook (Runner.Listener/Program.cs), .path finds bash
# (runsvc.sh). Names that make bash or the loader run other code than the hook's have no place there.
folder "$directory" root root 755
setting=ACTIONS_RUNNER_HOOK_JOB_STARTED
{
  if [[ -f $root$directory/.env ]]; then
    grep -Ev "^($setting|BASH_ENV|ENV|BASHOPTS|SHELLOPTS|BASH_FUNC_.*|LD_[A-Z_]*|GCONV_PATH|NODE_OPTIONS|DOTNET_[A-Za-z_]*|CORECLR_[A-Z_]*|PATH)=" \
      "$root$directory/.env" || true
  fi
  printf '%s=%s\n' "$setting" "$root$hook"
} >"$scratch/env"
content "$directory/.env" <"$scratch/env"
content "$directory/.path" <<<'/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

# The runner itself: its programs are root's, so that no job of the development runner can replace them; it reads its
# registration and writes its work and its diagnostics. svc.sh gives runsvc.sh to the runner's account: taken back here.
# bin and externals are links after a self-update.
for part in "$root$directory"/bin "$root$directory"/bin.* "$root$directory"/externals "$root$directory"/externals.*; do
  [[ -d $part && ! -L $part ]] || continue
  if [[ -n $(find "$part" \( ! -uid 0 -o ! -type l -perm /022 \) -print -quit) ]]; then
    change "$part and all below belong to root" chown -hR root:root "$part"
    [[ $mode != apply ]] || chmod -R go-w "$part"
  fi
done
for script in config.sh env.sh run.sh run-helper.sh run-helper.cmd.template run-helper.sh.template runsvc.sh safe_sleep.sh svc.sh; do
  own "$directory/$script" root root 755
done
own "$directory/.service" root root 644
for registration in .runner .credentials .credentials_rsaparams; do
  own "$directory/$registration" root "$group" 640
done
if id -u "$account" >/dev/null 2>&1; then
  folder "$directory/_work" "$account" "$group" 750
  folder "$directory/_diag" "$account" "$group" 750
fi

if [[ $mode == check && $differences -gt 0 ]]; then exit 1; fi
((differences > 0)) || printf 'Nothing to do.\n'
