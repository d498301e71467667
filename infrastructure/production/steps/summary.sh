# shellcheck shell=bash
# How it ended, what doctor makes of it, and what is left to a person.

# leave ITEM DIFFERENCE TODO: what no script may decide. It is missing all the same, and --check says so.
leave() {
  case $mode in
  check)
    changes=$((changes + 1))
    say drift "$1: $2"
    ;;
  *) say 'left to you' "$1: $2" ;;
  esac
  todos+=("$3")
}

tell_summary() {
  local note
  ((${#notes[@]} == 0)) || printf '\n'
  for note in "${notes[@]}"; do printf 'note: %s\n' "$note"; done
  printf '\n'
  case $mode in
  check) if ((changes > 0)); then printf '%d items differ. To put them right: provision.sh\n' "$changes"; else printf 'All is as it was asked for.\n'; fi ;;
  dry-run) printf '%d items would change; nothing was changed.\n' "$changes" ;;
  *)
    if ((changes == 0)); then printf 'Nothing was changed: all is as it was asked for.\n'; else printf '%d items changed.\n' "$changes"; fi
    printf '\ndoctor:\n'
    cat -- "$scratch/doctor"
    if ((doctor_code == 0 && ${#todos[@]} == 0)); then
      printf '\nThe backup of tonight has all that it needs.\n'
    else
      tell_next_steps
    fi
    ;;
  esac
}

# Once all is in place; the other modes change nothing, so there is nothing new to ask.
doctor_code=0
consult_doctor() {
  [[ $mode == apply ]] || return 0
  ask_doctor >"$scratch/doctor" 2>&1 || doctor_code=$?
}

# In what tonight's run will find, not in the shell of whoever types this.
ask_doctor() (
  load_environment /etc/skills-hub/backup.env || return 1
  unset NODE_OPTIONS NODE_PATH
  cd /
  "$node_path" "$clone/scripts/dist/continuity/index.js" doctor --config "$config_path" 2>&1
)

tell_next_steps() {
  local todo key=${wish[writer-key]}
  printf '\nLeft to you:\n'
  for todo in "${todos[@]}"; do printf '  - %s\n' "$todo"; done
  if [[ ${wish[reaches-by]} == ssh && -n $key && -r $key.pub ]]; then
    cat <<NEXT
  - Let the key of this host in, on the vault (${wish[vault]}) as root. The line for writer_rsa.pub there:

      $(cat -- "$key.pub")

      infrastructure/vault/provision.sh --writer-key writer_rsa.pub --from THIS-HOST …     (docs/provisioning.md)

    Its fingerprint, to compare over the phone: $(ssh-keygen -lf "$key.pub" | cut -d' ' -f2)
NEXT
  fi
  printf '  - Then: infrastructure/production/provision.sh, until doctor finds nothing, and infrastructure/backup_production.sh\n'
  tell_runner_steps
}
