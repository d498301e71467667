# shellcheck shell=bash
# /etc/skills-hub/continuity.yml is written once, from the repository's example. What is made of it stays; from then on it
# says where the vault and the keys are.

# configuration_text: what stands there, or what would be written.
configuration_text() {
  if [[ -f $provisioned_config ]]; then cat -- "$provisioned_config"; else fill_example; fi
}

# The example with this host's values. Its alerts would go to addresses that do not exist: they wait as comments.
fill_example() {
  awk -v platform="${wish[platform]}" -v zone="${wish[timezone]}" -v host="${wish[vault]}" -v port="${wish[port]}" \
    -v user="${wish[vault-user]}" -v path="${wish[vault-path]}" -v known="${wish[folder]}/known_hosts" \
    -v key="${wish[folder]}/writer_rsa" '
    function put(value) { sub(/: +[^ #]+/, ": " value) }
    BEGIN { print "# Written by provision.sh from continuity.example.yml; yours from now on. `continuity doctor` checks it." }
    /^# yaml-language-server/ || /Copy to continuity.yml and adapt/ { next }
    /^[a-z]/ { block = $1 }
    block == "alerts:" && !/^(#|$)/ { print "# " $0; next }
    /^root:/ { put(platform) }
    /^timezone:/ { put(zone) }
    block == "vault:" && /^  host:/ { put(host) }
    block == "vault:" && /^  port:/ { put(port) }
    block == "vault:" && /^  user:/ { put(user) }
    block == "vault:" && /^  path:/ { put(path) }
    block == "vault:" && /^  key-file:/ { put(key) }
    block == "vault:" && /^  known-hosts:/ { put(known) }
    { print }' "$clone/continuity.example.yml"
}

# top_value KEY: a value of the first level; nothing where there is none.
top_value() { sed -nE "s/^$1: *['\"]?([^'\"#]*[^'\"# ]).*/\1/p" <<<"$configuration" | sed -n 1p; }

# vault_value KEY: one of the vault's own, not of its reader's; in lines, or all in one.
vault_value() {
  awk '/^[^ #]/ { inside = /^vault:/ } inside' <<<"$configuration" |
    awk '/^ +reader: *(#.*)?$/ { match($0, /^ +/); depth = RLENGTH; next }
      depth { match($0, /^ */); if (RLENGTH > depth) next; depth = 0 } { print }' |
    sed -E 's/reader: *\{[^}]*\}//; s/[[:space:]]#.*//' | tr ',{}' '\n' |
    sed -nE "s/^ *$1: *['\"]?([^'\"]*[^'\" ])['\"]? *$/\1/p" | sed -n 1p
}

# Takes over what continuity.yml says. An option that contradicts it is no reason to guess which of the two is meant.
read_configuration() {
  local key value option
  configuration=$(configuration_text)
  if [[ -f $provisioned_config ]]; then
    for key in root:platform timezone:timezone host:vault port:port user:vault-user path:vault-path; do
      option=${key#*:} key=${key%:*}
      case $key in root | timezone) value=$(top_value "$key") ;; *) value=$(vault_value "$key") ;; esac
      [[ -n $value ]] || continue
      [[ -z ${asked[$option]+set} || ${asked[$option]} == "$value" ]] ||
        fail "$provisioned_config says $key: $value, and --$option is ${asked[$option]}" 'Change the file, or leave the option out.'
      wish["$option"]=$value
    done
  fi
  # A directory of this host needs neither keys nor host keys.
  wish[reaches-by]=ssh
  [[ -n $(vault_value host) ]] || wish[reaches-by]=directory
  wish[writer-key]=$(vault_value key-file)
  wish[known-hosts]=$(resolve_path "$(vault_value known-hosts)")
  wish[state]=$(resolve_path "$(top_value state)")
  wish[state]=${wish[state]:-/var/lib/skills-hub-continuity}
  wish[vault-name]=${wish[vault]}
  [[ ${wish[port]} == 22 ]] || wish[vault-name]="[${wish[vault]}]:${wish[port]}"
}

# Relative paths of the file count from its root:, as the program has it.
resolve_path() {
  local base
  if [[ $1 == /* || -z $1 ]]; then
    printf '%s' "$1"
    return
  fi
  base=$(top_value root)
  printf '%s/%s' "${base:-${provisioned_config%/*}}" "$1"
}

check_configuration() {
  [[ ! -L $provisioned_config ]] || fail "$provisioned_config is a link" 'Put the file itself there.'
  [[ ${wish[reaches-by]} == directory ]] || [[ -n ${wish[known-hosts]} ]] ||
    fail "$provisioned_config pins no host keys" "Add known-hosts: ${wish[folder]}/known_hosts below vault:."
}

ensure_configuration() {
  if [[ -f $provisioned_config ]]; then
    settle "configuration $provisioned_config" "$(describe_owner "$provisioned_config" 644 root root)" \
      set_owner "$provisioned_config" 644 root root
  else
    fill_example | ensure_file "$provisioned_config" 644 root root
    todos+=("Adapt $provisioned_config: databases, files, alerts. provision.sh never changes it again.")
  fi
}

# Lock, journal and cache, shared by cron and runner.
ensure_state() { ensure_directory "${wish[state]}" 700 root root; }
