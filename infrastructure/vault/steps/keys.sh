# shellcheck shell=bash
# One file of keys per account, which is root's: each key comes from where it may, and to one program.

# read_public_key FILE: prints "ssh-rsa BLOB comment" of the one RSA key of at least 4096 bits in it.
read_public_key() {
  local file=$1 lines text bits kind
  [[ -r $file && -f $file ]] || fail "$file cannot be read" 'Name the public key, the file that ends in .pub.'
  ! grep -q 'PRIVATE KEY' -- "$file" ||
    fail "$file is a private key" 'It belongs on production alone. Name the file that ends in .pub.'
  lines=$(grep -Ev '^[[:space:]]*(#|$)' -- "$file" || true)
  [[ -n $lines && $lines != *$'\n'* ]] || fail "$file does not hold exactly one public key" 'One key a file; repeat the option for two.'
  [[ $lines == 'ssh-rsa AAAA'* ]] || fail "$file is no RSA key" 'Make one: ssh-keygen -t rsa -b 4096 -f writer_rsa'
  text=$(ssh-keygen -lf "$file" 2>/dev/null) || fail "$file is no public key"
  bits=${text%% *}
  kind=${text##* }
  [[ $kind == '(RSA)' && $bits -ge 4096 ]] || fail "$file is an RSA key of $bits bits; at least 4096 are wanted" \
    'Make one: ssh-keygen -t rsa -b 4096 -f writer_rsa'
  read -r kind text lines <<<"$lines"
  printf '%s %s %s\n' "$kind" "$text" "$(tr -cd 'A-Za-z0-9@._-' <<<"${lines:-key}" | cut -c -64)"
}

# The keys of a role: those named now, else those of the last time. What somebody else added to its file is drift.
collect_keys() {
  local role=$1 file
  local -n files="${role}_keys"
  if ((${#files[@]} > 0)); then
    for file in "${files[@]}"; do read_public_key "$file"; done
  elif [[ $role == writer && $revokes_writer == yes ]]; then
    :
  elif [[ -f $scratch/remembered.$role-key ]]; then
    cat "$scratch/remembered.$role-key"
  fi
}

# Before anything is changed: every key is good, and no key has two roles.
check_keys() {
  local role
  for role in writer reader; do
    collect_keys "$role" >"$scratch/$role.keys"
    [[ $role != writer ]] || ! has_revoked_writer || continue
    [[ -s $scratch/$role.keys ]] || fail "--$role-key is missing" "Name the public key of the $role: --$role-key FILE.pub"
  done
  collect_former_keys >"$scratch/former.keys"
  [[ -z $(cut -d' ' -f2 "$scratch"/{writer,reader,former}.keys | sort | uniq -d) ]] ||
    fail 'a key is named twice' 'Writer, reader and former script each have a key of their own.'
}

# Whether production's key was revoked, now or the last time: there may be no other yet.
has_revoked_writer() { [[ $revokes_writer == yes ]] || [[ ! -f $scratch/remembered.writer-key && -s $scratch/remembered.former-key ]]; }

# What has been a writer key until now, by the record and by sshd's own file, and is none of those that are wanted.
list_revoked_writers() {
  [[ $revokes_writer == yes ]] || return 0
  {
    [[ ! -f $scratch/remembered.writer-key ]] || cat "$scratch/remembered.writer-key"
    [[ ! -f ${wish[keys]}/${wish[writer]} ]] || sed -n 's/^.*" \(ssh-rsa .*\)$/\1/p' "${wish[keys]}/${wish[writer]}"
  } | awk 'FILENAME != "-" { wanted[$2]; next } !($2 in wanted) { print $1, $2, "former" }' "$scratch/writer.keys" -
}

forced_command() { printf '%s/skills-vault vault serve --role %s --settings %s' "${wish[library]}" "$1" "${wish[settings]}"; }

# write_key_lines ROLE FROM
write_key_lines() {
  local from=''
  [[ $2 == any ]] || from="from=\"$2\","
  while read -r key; do
    printf 'restrict,%scommand="%s" %s\n' "$from" "$(forced_command "$1")" "$key"
  done <"$scratch/$1.keys"
}

ensure_keys() {
  ensure_directory "${wish[keys]}" 755 root root
  ensure_key_lines writer "${wish[from]}"
  ensure_key_lines reader "${wish[reader-from]}"
}

# sshd looks at a key once: a connection that was made with one that is gone by now would answer for as long as its client
# likes. The mark is for a run that is killed between the two.
ensure_key_lines() {
  local account=${wish[$1]} file=${wish[keys]}/${wish[$1]} wanted=$scratch/$1.lines
  local mark=$file.gone~
  write_key_lines "$1" "$2" >"$wanted"
  if [[ $mode == apply && -f $file ]] && grep -vxFf "$wanted" -- "$file" >/dev/null; then touch "$mark"; fi
  ensure_copy "$wanted" "$file" 644 root root
  settle "no connection of $account with a key that is gone" "$([[ ! -e $mark ]] || echo 'there may be some')" end_connections "$account" "$mark"
}

end_connections() {
  pkill -KILL -u "$1" || (($? == 1))
  rm -f -- "$2"
}
