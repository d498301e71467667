# shellcheck shell=bash
# How it ended, and what comes next.

tell_summary() {
  local note
  printf '\n'
  for note in "${notes[@]}"; do printf 'note: %s\n' "$note"; done
  case $mode in
  check) if ((changes > 0)); then printf '%d items differ. To put them right: provision.sh\n' "$changes"; else printf 'All is as it was asked for.\n'; fi ;;
  dry-run) printf '%d items would change; nothing was changed.\n' "$changes" ;;
  *)
    printf '%d items changed.\n' "$changes"
    tell_next_steps
    ;;
  esac
}

tell_next_steps() {
  local file host=${wish[listen]}
  [[ ${wish[port]} == 22 ]] || host="[$host]:${wish[port]}"
  cat <<NEXT

On production, in continuity.yml:
  vault:
    host: ${wish[listen]}
    port: ${wish[port]}
    user: ${wish[writer]}
    path: ${wish[directory]}
    key-file: /etc/skills-hub/writer_rsa
    known-hosts: infrastructure/known_hosts
    reader: { user: ${wish[reader]}, agent: true }

In the file that known-hosts names (compare it with this host's console, never with the network):
NEXT
  while read -r file; do
    [[ ! -r $file.pub ]] || printf '  %s %s\n' "$host" "$(cut -d' ' -f1,2 "$file.pub")"
  done < <(run_sshd -T -f "${wish[sshd-config]}" 2>/dev/null | awk '$1 == "hostkey" { print $2 }')
  printf '\nThen there:  continuity doctor   and   continuity backup\n'
}
