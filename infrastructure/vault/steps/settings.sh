# shellcheck shell=bash
# /etc/skills-vault.yml is written once. What administrators make of it stays; what is wrong with it is reported.

# settings_text: the file that stands there, or the one that would be written.
settings_text() {
  if [[ -f ${wish[settings]} ]]; then cat -- "${wish[settings]}"; else fill settings; fi
}

# Asks the program itself what a file of settings means: lines of key=value.
print_settings() {
  "$(trial_node)" "${wish[bundles]}/vault-upkeep/index.js" vault settings --settings "$1"
}

trial_node() { if [[ -n ${wish[node-source]} ]]; then printf '%s' "${wish[node-source]}"; else printf '%s' "${wish[node-path]}"; fi; }

# Before anything is changed: the settings are well formed and speak of the same places and accounts.
check_settings() {
  local key value asked_key
  settings_text >"$scratch/settings.yml"
  print_settings "$scratch/settings.yml" >"$scratch/settings" 2>"$scratch/settings.errors" ||
    fail "${wish[settings]} is not well formed: $(tr '\n' ' ' <"$scratch/settings.errors")" 'Correct it as root.'
  while IFS='=' read -r key value; do
    case $key in
    directory) asked_key=directory ;;
    accounts.*) asked_key=${key#accounts.} ;;
    log)
      asked_key=log
      value=${value%/*}
      ;;
    *) continue ;;
    esac
    [[ ${wish[$asked_key]} == "$value" ]] ||
      fail "${wish[settings]} says $key: $value, and --$asked_key is ${wish[$asked_key]}" 'Make both say the same.'
  done <"$scratch/settings"
}

ensure_settings() {
  if [[ -f ${wish[settings]} && ! -L ${wish[settings]} ]]; then
    settle "settings ${wish[settings]}" "$(describe_owner "${wish[settings]}" 644 root root)" set_owner "${wish[settings]}" 644 root root
  else
    fill settings | ensure_file "${wish[settings]}" 644 root root
  fi
}
