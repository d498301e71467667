# shellcheck shell=bash
# The log, and the two rules of sudo.

ensure_log() {
  ensure_directory "${wish[log]}" 750 "${wish[keeper]}" adm
  ensure_directory "${wish[etc]}/logrotate.d" 755 root root
  fill logrotate | ensure_file "${wish[etc]}/logrotate.d/${wish[name]}" 644 root root
}

# A file of sudo's that is not well formed would leave nobody any rights: looked at before it has its name.
check_sudoers() {
  fill sudoers >"$scratch/sudoers"
  visudo -cqf "$scratch/sudoers" >"$scratch/visudo" 2>&1 || fail "sudo's rules are refused: $(cat "$scratch/visudo")"
}

ensure_sudoers() { ensure_copy "$scratch/sudoers" "${wish[sudoers-directory]}/${wish[name]}" 440 root root; }

# What sudo itself makes of all its files: an account with a second rule is not what the vault relies on.
ensure_single_rule() {
  local role rules difference
  for role in writer reader; do
    id -u "${wish[$role]}" >/dev/null 2>&1 || continue
    rules=$(sudo -n -l -U "${wish[$role]}" 2>/dev/null | grep -E '^ +\(' | xargs || true)
    difference=''
    [[ $rules == "(${wish[keeper]}) NOSETENV: NOPASSWD: ${wish[library]}/answer-$role" ]] || difference="has other rules: ${rules:-none}"
    settle "sudo for ${wish[$role]}" "$difference" \
      fail "sudo gives ${wish[$role]} other rules than its own: ${rules:-none}" "Look at sudo -l -U ${wish[$role]}."
  done
}
