# shellcheck shell=bash
# sshd: a file of ours that the main one includes. Whatever administrators use today goes on working, and a configuration
# that sshd would refuse never gets its name.

sshd_program() { PATH="$PATH:/usr/sbin:/sbin" command -v sshd || fail 'sshd is missing' 'Install the package openssh-server.'; }

# run_sshd ARGUMENTS: sshd wants a folder that only its service makes; where that is missing a private one serves.
run_sshd() {
  local program
  program=$(sshd_program)
  if [[ -d /run/sshd ]]; then
    "$program" "$@"
  else
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount -- sh -c 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd && exec "$0" "$@"' "$program" "$@"
  fi
}

# locate_sshd: where our file goes. The main file's first Include names the folder; without one, an Include is added.
locate_sshd() {
  local main=${wish[sshd-config]} pattern
  [[ -f $main ]] || fail "$main is missing" 'Install the package openssh-server, or name the file: --sshd-config FILE'
  pattern=$(awk 'tolower($1) == "match" { exit } tolower($1) == "include" && $2 ~ /\/\*\.conf$/ { print $2; exit }' "$main")
  [[ $pattern == /* || -z $pattern ]] || pattern=/etc/ssh/$pattern
  wish[sshd-includes]=${pattern:+yes}
  wish[sshd-folder]=${pattern%/*}
  [[ -n $pattern ]] || wish[sshd-folder]=${main%/*}/sshd_config.d
  # The first value that sshd reads counts: ours comes before other files of the folder.
  wish[sshd-file]=${wish[sshd-folder]}/00-${wish[name]}.conf
  wish[revoked]=${wish[etc]}/ssh/${wish[name]}-revoked-keys
}

# write_trial FILE [OURS]: the whole configuration as sshd would read it, with OURS in place of our present file.
write_trial() {
  local folder=$1.d file
  rm -rf "$folder"
  mkdir "$folder"
  for file in "${wish[sshd-folder]}"/*.conf; do
    [[ ! -f $file || $file == "${wish[sshd-file]}" ]] || cp -- "$file" "$folder/"
  done
  [[ -z ${2-} ]] || cp -- "$2" "$folder/00-${wish[name]}.conf"
  if [[ -z ${wish[sshd-includes]} ]]; then printf 'Include %s/*.conf\n' "$folder"; fi >"$1"
  sed "s|^\([[:space:]]*[Ii]nclude[[:space:]]\+\).*/\*\.conf.*|\1$folder/*.conf|" "${wish[sshd-config]}" >>"$1"
}

# Addresses of ListenAddress lines that others wrote: seen by adding one, which replaces only the built-in default.
list_own_addresses() {
  write_trial "$scratch/sshd_listen"
  sed -i '1i ListenAddress 192.0.2.1:1' "$scratch/sshd_listen"
  run_sshd -T -f "$scratch/sshd_listen" 2>/dev/null | awk '$1 == "listenaddress" && $2 != "192.0.2.1:1" { print $2 }'
}

# Where sshd listens without us.
list_present_addresses() {
  write_trial "$scratch/sshd_listen"
  run_sshd -T -f "$scratch/sshd_listen" 2>/dev/null | awk '$1 == "listenaddress" { print $2 }'
}

join_address() { if [[ $1 == *:* ]]; then printf '[%s]:%s' "$1" "$2"; else printf '%s:%s' "$1" "$2"; fi; }

# is_covered: sshd listens there anyway.
is_covered() {
  local any='0.0.0.0'
  [[ ${wish[listen]} != *:* ]] || any='::'
  list_present_addresses |
    grep -xF -e "$(join_address "${wish[listen]}" "${wish[port]}")" -e "$(join_address "$any" "${wish[port]}")" >/dev/null
}

write_listen() {
  ! is_covered || return 0
  local address
  # The first ListenAddress ends the default of all addresses: administrators keep the door that they have.
  if [[ -z $(list_own_addresses) ]]; then
    while read -r address; do printf 'ListenAddress %s\n' "$address"; done < <(list_present_addresses)
  fi
  printf 'ListenAddress %s\n' "$(join_address "${wish[listen]}" "${wish[port]}")"
}

write_sshd_file() {
  local role
  printf '# Written by provision.sh of %s; your own settings belong in other files.\n' "${wish[name]}"
  [[ ! -s $scratch/former.keys ]] || printf 'RevokedKeys %s\n' "${wish[revoked]}"
  write_listen
  for role in writer reader; do
    wish[account]=${wish[$role]}
    wish[command]=$(forced_command "$role")
    printf 'Match User %s\n' "${wish[$role]}"
    fill sshd.conf
  done
  for role in keeper former-account; do
    [[ -z ${wish[$role]} || ${wish[$role]} == "${wish[writer]}" || ${wish[$role]} == "${wish[reader]}" ]] && continue
    printf 'Match User %s\n    AuthenticationMethods publickey\n    AuthorizedKeysFile none\n    AuthorizedKeysCommand none\n' "${wish[$role]}"
    printf '    TrustedUserCAKeys none\n'
  done
  printf 'Match all\n'
}

# Before anything is changed.
check_sshd() {
  local revoked
  locate_sshd
  write_trial "$scratch/sshd_present"
  run_sshd -t -f "$scratch/sshd_present" 2>"$scratch/sshd.errors" ||
    fail "sshd refuses its present configuration: $(head -n 3 "$scratch/sshd.errors" | xargs)" 'Mend that first; nothing was changed.'
  revoked=$(run_sshd -T -f "$scratch/sshd_present" | awk '$1 == "revokedkeys" { print $2 }')
  [[ ! -s $scratch/former.keys || ${revoked:-none} == none || $revoked == "${wish[revoked]}" ]] ||
    fail "sshd has a list of revoked keys already: $revoked" 'Add the key there and leave --former-key out.'
  write_sshd_file >"$scratch/sshd_ours"
  # The list of revoked keys must be there when it is named, and addresses must be such that sshd takes them.
  sed "s|^RevokedKeys .*|RevokedKeys $scratch/former.keys|" "$scratch/sshd_ours" >"$scratch/sshd_trial_ours"
  check_addresses
  write_trial "$scratch/sshd_trial" "$scratch/sshd_trial_ours"
  run_sshd -t -f "$scratch/sshd_trial" 2>"$scratch/sshd.errors" ||
    fail "sshd refuses what would be written: $(head -n 3 "$scratch/sshd.errors" | xargs)" 'Nothing was changed.'
}

# sshd passes over a from="…" that it cannot read, and so would refuse everybody.
check_addresses() {
  local name
  for name in from reader-from also-from; do
    [[ -n ${wish[$name]} && ${wish[$name]} != any ]] || continue
    printf 'Match Address %s\nMatch all\n' "${wish[$name]}" >"$scratch/sshd_trial_address"
    cat "$scratch/sshd_present" "$scratch/sshd_trial_address" >"$scratch/sshd_trial"
    run_sshd -T -C user=root,host=x,addr=192.0.2.1 -f "$scratch/sshd_trial" >/dev/null 2>"$scratch/sshd.errors" ||
      fail "--$name ${wish[$name]} is no list of addresses or networks" "$(grep -v '^$' "$scratch/sshd.errors" | tail -n 1)"
  done
}

ensure_sshd() {
  ensure_directory "${wish[sshd-folder]}" 755 root root
  # A run that is killed between writing and reloading leaves this mark.
  wish[sshd-mark]=${wish[sshd-file]}.unread
  if [[ $mode == apply ]] && ! cmp -s "$scratch/sshd_ours" "${wish[sshd-file]}"; then touch "${wish[sshd-mark]}"; fi
  if [[ -s $scratch/former.keys ]]; then ensure_copy "$scratch/former.keys" "${wish[revoked]}" 644 root root; fi
  ensure_copy "$scratch/sshd_ours" "${wish[sshd-file]}" 644 root root
  if [[ -z ${wish[sshd-includes]} ]]; then
    settle "Include in ${wish[sshd-config]}" 'our file is not included' include_ours
  fi
  ensure_effect
  settle "sshd has read ${wish[sshd-file]}" "$([[ ! -e ${wish[sshd-mark]} ]] || echo 'not yet')" reload_sshd
}

include_ours() {
  { printf 'Include %s/*.conf\n' "${wish[sshd-folder]}" && cat -- "${wish[sshd-config]}"; } >"$scratch/sshd_main"
  put_file "$scratch/sshd_main" "${wish[sshd-config]}" 644 root root
}

# What sshd makes of all its files together: a line elsewhere may have undone ours.
ensure_effect() {
  local role effect difference
  for role in writer reader; do
    effect=$(run_sshd -T -C "user=${wish[$role]},host=x,addr=192.0.2.1" -f "${wish[sshd-config]}" 2>/dev/null || true)
    difference=''
    grep -qixF "authorizedkeysfile ${wish[keys]}/%u" <<<"$effect" || difference='other keys count'
    grep -qixF "forcecommand $(forced_command "$role")" <<<"$effect" || difference='another command is forced'
    grep -qixF 'authenticationmethods publickey' <<<"$effect" || difference='other ways to log in'
    grep -qixF 'disableforwarding yes' <<<"$effect" || difference='forwarding is open'
    grep -qixF 'permittty no' <<<"$effect" || difference='terminals are open'
    settle "sshd's settings for ${wish[$role]}" "$difference" undo_sshd "$difference"
  done
}

undo_sshd() {
  rm -f -- "${wish[sshd-file]}"
  fail "sshd does not follow ${wish[sshd-file]}: $1" 'Our file was removed again. Look for Match blocks in the main file.'
}

reload_sshd() {
  run_sshd -t -f "${wish[sshd-config]}" || undo_sshd 'its configuration is refused'
  if [[ ${wish[sshd-config]} != /etc/ssh/sshd_config || ! -d /run/systemd/system ]]; then
    notes+=('sshd has new settings: make it read them again (SIGHUP to its main process, or restart it).')
  elif systemctl is-active --quiet ssh.socket; then
    systemctl daemon-reload
    systemctl restart ssh.socket
  else
    systemctl reload ssh.service 2>/dev/null || systemctl reload sshd.service
  fi
  rm -f -- "${wish[sshd-mark]}"
}
