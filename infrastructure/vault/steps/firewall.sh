# shellcheck shell=bash
# A table of our own, which touches one port: the hosts that were named reach it, no other does. Connections that are
# open stay open. A unit of its own loads it, and loads it again after nftables has emptied all tables.

nft_table() { printf '%s' "${wish[name]//-/_}"; }

list_allowed() {
  tr ',' '\n' <<<"${wish[from]},${wish[reader-from]},${wish[also-from]}" | grep -v '^$' | sort -u
}

write_firewall() {
  local four six
  four=$(list_allowed | grep -v : | paste -sd, || true)
  six=$(list_allowed | grep : | paste -sd, || true)
  printf '#!/usr/sbin/nft -f\n# Written by provision.sh of %s.\n' "${wish[name]}"
  # Declared, deleted, made: one transaction, whatever was there before.
  printf 'table inet %s\ndelete table inet %s\ntable inet %s {\n' "$(nft_table)" "$(nft_table)" "$(nft_table)"
  printf '  chain input {\n    type filter hook input priority filter - 5; policy accept;\n'
  printf '    tcp dport %s ct state established,related accept\n' "${wish[port]}"
  [[ -z $four ]] || printf '    tcp dport %s ip saddr { %s } accept\n' "${wish[port]}" "$four"
  [[ -z $six ]] || printf '    tcp dport %s ip6 saddr { %s } accept\n' "${wish[port]}" "$six"
  printf '    tcp dport %s drop\n  }\n}\n' "${wish[port]}"
}

# Before anything is changed: nobody who works on this host is shut out.
check_firewall() {
  wish[firewall-rule]=${wish[firewall]}
  [[ ${wish[firewall]} == yes ]] || return 0
  if list_allowed | grep -x any >/dev/null; then
    wish[firewall-rule]=no
    notes+=('There is no firewall rule, since the keys may come from any address.')
    return
  fi
  if [[ -z ${wish[also-from]} && ! -f ${wish[etc]}/nftables.d/${wish[name]}.nft ]] &&
    list_present_addresses | grep ":${wish[port]}$" >/dev/null; then
    fail "sshd listens at port ${wish[port]} today: the firewall rule would shut administrators out" \
      'Name the addresses that they come from (--also-from), or leave the rule to your own firewall (--firewall no).'
  fi
  command -v nft >/dev/null || return 0
  write_firewall >"$scratch/firewall"
  nft -c -f "$scratch/firewall" >"$scratch/nft.errors" 2>&1 || fail "the firewall rule is refused: $(head -n 3 "$scratch/nft.errors" | xargs)"
}

# The kernel's own words for our file, from a network where nothing else is.
print_wanted_table() {
  # shellcheck disable=SC2016 # for the inner shell
  unshare --net -- sh -c 'nft -f "$1" && nft list table inet "$2"' sh "$scratch/firewall" "$(nft_table)"
}

ensure_firewall() {
  local file=${wish[etc]}/nftables.d/${wish[name]}.nft difference=''
  [[ ${wish[firewall-rule]} == yes ]] || return 0
  write_firewall >"$scratch/firewall"
  ensure_directory "${file%/*}" 755 root root
  ensure_copy "$scratch/firewall" "$file" 644 root root
  if ! command -v nft >/dev/null || [[ $(nft list table inet "$(nft_table)" 2>/dev/null) != "$(print_wanted_table)" ]]; then
    difference='not what is loaded'
  fi
  settle "firewall table $(nft_table)" "$difference" nft -f "$file"
  [[ ${wish[timers]} == systemd ]] ||
    notes+=("The firewall rule is loaded now; have it loaded at start as well: nft -f $file")
}
