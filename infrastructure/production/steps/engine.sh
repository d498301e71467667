# shellcheck shell=bash
# How a host starts the program without GitHub: which Node, which configuration, which secrets. Cron's script and
# provisioning both ask here.

# shellcheck source-path=SCRIPTDIR source=../../vault/steps/node-program.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../vault/steps/node-program.sh"

# Where cron and systemd look: what only a person's shell finds (nvm, a home) does not count.
system_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
private_node=/usr/local/lib/skills-hub/node/bin/node
provisioned_config=/etc/skills-hub/continuity.yml

# find_recent_node: the first that is new enough. Where none is, says which there are, and ends with 1.
find_recent_node() {
  local candidate seen=''
  while read -r candidate; do
    if is_recent_node "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
    seen+="${seen:+, }$candidate is $("$candidate" --version 2>/dev/null || echo 'none that runs')"
  done < <(
    PATH=$system_path type -aP node || true
    [[ ! -x $private_node ]] || printf '%s\n' "$private_node"
  )
  printf '%s\n' "${seen:-no node is in $system_path}" >&2
  return 1
}

# The one that provisioning wrote, else that of the repository: one order, whoever starts the program and from wherever.
find_config() {
  if [[ -e $provisioned_config ]]; then printf '%s\n' "$provisioned_config"; else printf '%s\n' "$1/continuity.yml"; fi
}

strip_backslashes() {
  local rest=$1 escaped='^([^\]*)\\(["\$`])(.*)$' plain='^([^\]*\\)(.*)$'
  while [[ $rest == *\\* ]]; do
    if [[ $rest =~ $escaped ]]; then
      printf '%s%s' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      rest=${BASH_REMATCH[3]}
    elif [[ $rest =~ $plain ]]; then
      printf '%s' "${BASH_REMATCH[1]}"
      rest=${BASH_REMATCH[2]}
    fi
  done
  printf '%s' "$rest"
}

# load_environment FILE: connection strings and other secrets that continuity.yml names as variables, NAME=VALUE each.
# Read, not run: a value may hold anything. Quotes around a whole value go, as systemd would have it. What the caller has set
# already stays. Prints what is wrong, and ends with 1, without ever printing a value.
load_environment() {
  local file=$1 line name value number=0
  local owner bits
  [[ -e $file ]] || return 0
  read -r owner bits < <(stat -L -c '%u %a' -- "$file")
  if [[ $owner != "$(id -u)" ]] || ((8#$bits & 8#077)); then
    printf '%s may be read by others: chown root %s && chmod 600 %s\n' "$file" "$file" "$file" >&2
    return 1
  fi
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ ! $line =~ ^[[:space:]]*([#\;]|$) ]] || continue
    if [[ ! $line =~ ^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]]; then
      printf 'line %d of %s is not understood; expected NAME=VALUE\n' "$number" "$file" >&2
      return 1
    fi
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    value=${value%"${value##*[![:space:]]}"}
    case $value in
    \"*\") value=$(strip_backslashes "${value:1:-1}") ;;
    \'*\') value=${value:1:-1} ;;
    esac
    [[ -n ${!name+set} ]] || export "$name=$value"
  done <"$file"
}
