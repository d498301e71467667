# shellcheck shell=bash
# Upkeep by the vault's own clock: nothing that deletes or judges waits for production.

# Verb, time for systemd, spread, time for cron. The nightly backup comes at three.
upkeep_times='freshness|hourly|10m|17 * * * *
sweep|*-*-* 04:20|20m|20 4 * * *
prune|*-*-* 05:10|20m|10 5 * * *
scrub|*-*-* 06:00|30m|0 6 * * *
audit|*-*-* 08:30|30m|30 8 * * *'

each_upkeep() {
  local minute
  while IFS='|' read -r 'wish[verb]' 'wish[calendar]' 'wish[delay]' minute; do "$@" "$minute"; done <<<"$upkeep_times"
}

ensure_timers() {
  local cron=${wish[etc]}/cron.d/${wish[name]}
  case ${wish[timers]} in
  systemd)
    ensure_units
    ensure_absent "$cron" 'systemd has the timers'
    ;;
  cron)
    ensure_directory "${cron%/*}" 755 root root
    { printf '# Upkeep of the vault, written by provision.sh.\n' && each_upkeep print_cron_line; } | ensure_file "$cron" 644 root root
    ;;
  none) notes+=('No timers: have vault freshness, sweep, prune, scrub and audit run by other means.') ;;
  esac
}

# What goes wrong is on standard error, and cron mails it.
print_cron_line() {
  printf '%s %s %s/skills-vault vault %s --settings %s >/dev/null\n' "$1" "${wish[keeper]}" "${wish[library]}" "${wish[verb]}" "${wish[settings]}"
}

units_folder() { printf '%s/systemd/system' "${wish[etc]}"; }

ensure_units() {
  ensure_directory "$(units_folder)" 755 root root
  fill upkeep.service | ensure_file "$(units_folder)/${wish[name]}@.service" 644 root root
  each_upkeep ensure_timer
  if [[ ${wish[firewall-rule]} == yes ]]; then
    fill firewall.service | ensure_file "$(units_folder)/${wish[name]}-firewall.service" 644 root root
    ensure_running "${wish[name]}-firewall.service"
  fi
}

ensure_timer() {
  fill upkeep.timer | ensure_file "$(units_folder)/${wish[name]}-${wish[verb]}.timer" 644 root root
  ensure_running "${wish[name]}-${wish[verb]}.timer"
}
