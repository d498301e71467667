# shellcheck shell=bash
# Host keys of the vault are pinned: only what the operator handed over or confirmed. What the network says is shown, and
# never believed by itself.

host_key_form='^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*$'

is_host_key() { [[ $1 =~ $host_key_form ]] && ssh-keygen -lf - <<<"$1" >/dev/null 2>&1; }

# What looks at host keys, where there are some to look at: a blank machine lacks it, and it would look like a key that is none
# or a vault that does not answer. Only a run that may change something brings it.
ensure_key_programs() {
  [[ $shows_vault_keys == yes ]] || ((${#host_key_files[@]} + ${#fingerprints[@]} > 0)) || return 0
  if command -v ssh-keygen >/dev/null && command -v ssh-keyscan >/dev/null; then return 0; fi
  [[ $mode == apply && $shows_vault_keys == no ]] ||
    fail 'ssh-keygen and ssh-keyscan are missing, which look at host keys' 'apt-get update && apt-get install openssh-client, then run this again.'
  settle 'programs for host keys' 'missing package: openssh-client' install_debian openssh-client
}

# read_host_keys FILE: prints "TYPE BLOB" of each key in it; lines of known_hosts must be this vault's.
read_host_keys() {
  local file=$1 line first rest names key number=0 count=0
  [[ -f $file && -r $file ]] || fail "$file cannot be read" 'Name a file with the host keys of the vault, such as its /etc/ssh/ssh_host_ed25519_key.pub.'
  ! grep -q 'PRIVATE KEY' -- "$file" ||
    fail "$file is a private key" 'It belongs on the vault alone: treat it as stolen, and make the vault a new host key. Here the file that ends in .pub is wanted.'
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ ! $line =~ ^[[:space:]]*(#|$) ]] || continue
    read -r first rest <<<"$line"
    names=''
    case $first in
    @*) fail "line $number of $file has the mark $first" 'Only plain host keys are pinned.' ;;
    '|'*) fail "line $number of $file hides its host name" "Nobody can compare it. Hand over the vault's *.pub, or a line that begins with ${wish[vault-name]}." ;;
    ssh-* | ecdsa-*) ;;
    *)
      names=$first
      read -r first rest <<<"$rest"
      ;;
    esac
    key="$first ${rest%% *}"
    is_host_key "$key" ||
      fail "line $number of $file is no host key" 'Expected: ssh-ed25519 AAAA…, ecdsa-sha2-nistp… AAAA… or ssh-rsa AAAA…'
    [[ -z $names || ,$names, == *,"${wish[vault-name]}",* ]] ||
      fail "line $number of $file is for $names, and the vault is ${wish[vault-name]}" 'A key of another host proves nothing about this one.'
    printf '%s\n' "$key"
    count=$((count + 1))
  done <"$file"
  ((count > 0)) || fail "$file holds no host key" "It should be the vault's /etc/ssh/ssh_host_ed25519_key.pub."
}

scan_vault() {
  ssh-keyscan -T 15 -p "${wish[port]}" -- "${wish[vault]}" 2>"$scratch/keyscan" | awk '/^[^#]/ { print $2, $3 }' || true
}

fingerprint_of() { ssh-keygen -lf - <<<"$1" | cut -d' ' -f2; }

show_vault_keys() {
  local key count=0
  while read -r key; do
    ((count > 0)) || printf 'The network hands out, as host keys of %s:\n\n' "${wish[vault-name]}"
    printf '  %-20s %s\n' "${key%% *}" "$(fingerprint_of "$key")"
    count=$((count + 1))
  done < <(scan_vault)
  ((count > 0)) || fail "${wish[vault]} does not answer at port ${wish[port]}" "$(tail -n 1 "$scratch/keyscan")"
  cat <<'NEXT'

Nothing is pinned by this: whoever stands in between would hand out keys as well. On the vault's own console (not over
this network) compare with

  for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done

and pin the one that is the same:  provision.sh --vault-fingerprint SHA256:…
NEXT
}

# Before anything is changed: what shall be pinned is well formed, and is the vault's.
collect_host_keys() {
  local file fingerprint
  : >"$scratch/host-keys"
  for file in "${host_key_files[@]}"; do read_host_keys "$file" >>"$scratch/host-keys"; done
  for fingerprint in "${fingerprints[@]}"; do find_host_key "$fingerprint" >>"$scratch/host-keys"; done
  sort -u -o "$scratch/host-keys" "$scratch/host-keys"
}

# find_host_key FINGERPRINT: the key that is pinned already, else the network's, if that is the one.
find_host_key() {
  local key seen=''
  while read -r key; do
    if [[ $(fingerprint_of "$key") == "$1" ]]; then
      printf '%s\n' "$key"
      return
    fi
    seen+="${seen:+, }${key%% *} $(fingerprint_of "$key")"
  done < <(
    pinned_keys
    scan_vault
  )
  [[ -n $seen ]] || fail "${wish[vault]} does not answer at port ${wish[port]}: $(tail -n 1 "$scratch/keyscan" 2>/dev/null)" \
    'Its host keys can be handed over as a file as well: --vault-host-key FILE.'
  fail "no host key of ${wish[vault-name]} has the fingerprint $1; seen: $seen" \
    "Compare with the vault's console again. If it is right there, somebody stands in between: do not go on."
}

pinned_keys() {
  [[ ! -f ${wish[known-hosts]} ]] ||
    ssh-keygen -F "${wish[vault-name]}" -f "${wish[known-hosts]}" 2>/dev/null | awk '/^[^#@]/ { print $2, $3 }'
}

ensure_host_keys() {
  local file=${wish[known-hosts]} name=${wish[vault-name]} before=$changes
  [[ ${wish[reaches-by]} == ssh ]] || return 0
  if [[ -s $scratch/host-keys ]]; then
    [[ -d ${file%/*} ]] || ensure_directory "${file%/*}" 755 root root
    {
      # Lines of other hosts stay.
      [[ ! -f $file ]] || awk -v name="$name" 'index("," $1 ",", "," name ",") == 0' "$file"
      sed "s/^/$(printf '%s' "$name" | sed 's/[][]/\\&/g') /" "$scratch/host-keys"
    } | ensure_file "$file" 644 root root
    ((changes == before)) ||
      notes+=("Keep a copy of $file offline, with the keys of a recovery: the machine that replaces this one needs it (docs/manuel-exploitation.md).")
  elif [[ -z $(pinned_keys) ]]; then
    leave "host keys of $name" "none is pinned in $file" \
      "Pin the vault's host key: provision.sh --vault-host-key FILE (its ssh_host_ed25519_key.pub), or --show-vault-keys and then --vault-fingerprint SHA256:…"
  else
    settle "file $file" "$(describe_owner "$file" 644 root root)" set_owner "$file" 644 root root
    say ok "host keys of $name are pinned: $(pinned_keys | while read -r key; do fingerprint_of "$key"; done | xargs)"
  fi
}
