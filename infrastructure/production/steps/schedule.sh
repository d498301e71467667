# shellcheck shell=bash
# When this host makes the backup by itself: a timer of systemd, or cron, never both. Either runs backup_production.sh.

cron_file=/etc/cron.d/skills-hub-backup
cron_log=/var/log/skills-hub-backup.log
units_folder=/etc/systemd/system
units=(skills-hub-backup.service skills-hub-backup.timer)

ensure_schedule() {
  case ${wish[schedule]} in
  timer)
    ensure_timer_units
    ensure_no_cron
    ;;
  cron)
    ensure_no_timer
    ensure_cron
    ;;
  none)
    ensure_no_timer
    ensure_no_cron
    notes+=("No schedule: without GitHub nobody starts $clone/infrastructure/backup_production.sh.")
    ;;
  esac
}

ensure_timer_units() {
  local unit night=''
  # Without a runner nobody makes the backup at three, so there is none to stand in for: as cron does.
  [[ -n ${wish[runner]} ]] || night='/^OnCalendar=/s|=\*-\*-\* 05,|=*-*-* 03,05,|; /^ExecStart=/s| --unless-newer 6h$||'
  ensure_directory "$units_folder" 755 root root
  for unit in "${units[@]}"; do
    # The files of the repository, for this clone and this night.
    sed "s|/opt/skills-hub-continuity|$clone|; /^OnCalendar=/s|Europe/Paris|${wish[timezone]}|; $night" \
      "$clone/infrastructure/production/$unit" | ensure_file "$units_folder/$unit" 644 root root
  done
  ensure_running skills-hub-backup.timer
}

ensure_no_timer() {
  local difference=''
  [[ ! -e $units_folder/skills-hub-backup.timer && ! -e $units_folder/skills-hub-backup.service ]] || difference="is there, and the schedule is ${wish[schedule]}"
  settle 'no timer of systemd' "$difference" remove_timer
}

remove_timer() {
  [[ ! -d /run/systemd/system ]] || systemctl disable --quiet --now skills-hub-backup.timer || true
  rm -f -- "${units[@]/#/$units_folder/}" "$units_folder/timers.target.wants/skills-hub-backup.timer"
  [[ ! -d /run/systemd/system ]] || systemctl daemon-reload
}

ensure_cron() {
  # Before cron's shell creates it for everybody to read.
  if [[ ! -e $cron_log ]]; then
    : | ensure_file "$cron_log" 640 root adm
  else
    settle "file $cron_log" "$(describe_owner "$cron_log" 640 root adm)" set_owner "$cron_log" 640 root adm
  fi
  ensure_directory "${cron_file%/*}" 755 root root
  print_cron_file | ensure_file "$cron_file" 644 root root
  ensure_directory /etc/logrotate.d 755 root root
  ensure_copy "$forms/logrotate" /etc/logrotate.d/skills-hub-backup 644 root root
  if [[ -d /run/systemd/system && -e /lib/systemd/system/cron.service ]]; then ensure_running cron.service; fi
}

ensure_no_cron() {
  ensure_absent "$cron_file" "the schedule is ${wish[schedule]}"
  ensure_absent /etc/logrotate.d/skills-hub-backup 'the log is the journal'
}

# Debian's cron knows one time zone, the machine's, and ignores CRON_TZ. Where that is another than the one whose night it
# is, cron looks at every hour that can be three o'clock there, and the line itself asks which one it is.
print_cron_file() {
  local zone=${wish[timezone]} guard='' times
  times=$(list_cron_times "$zone")
  # shellcheck disable=SC2016 # the dollar is the line's; % ends a line of cron's unless it is escaped
  [[ $times == '0 3' ]] || guard='[ "$(TZ='$zone' date +\%H)" != 03 ] || '
  wish[night]="$zone"
  wish[clone]=$clone
  wish[log]=$cron_log
  fill cron
  while read -r times; do
    printf '%s * * * root %s/bin/bash %s/infrastructure/backup_production.sh >>%s 2>&1 || tail -n 30 %s\n' \
      "$times" "$guard" "$clone" "$cron_log" "$cron_log"
  done <<<"$times"
  printf '0 5,9,13,17,21 * * * root /bin/bash %s/infrastructure/backup_production.sh --unless-newer 6h >>%s 2>&1 || tail -n 30 %s\n' \
    "$clone" "$cron_log" "$cron_log"
}

# Started by systemd, cron goes by /etc/localtime; by its own init script, by /etc/timezone where there is one.
find_cron_zone() {
  local zone
  zone=$(cat /etc/timezone 2>/dev/null || true)
  if [[ ! -d /run/systemd/system && -n $zone && -e /usr/share/zoneinfo/$zone ]]; then printf '%s' "$zone"; else printf ':/etc/localtime'; fi
}

# list_cron_times ZONE: "MINUTE HOUR[,HOUR…]" of this machine's time at which it is three o'clock there, on some day of the
# two years to come. A day without that hour is passed over: the later looks are there for it.
list_cron_times() {
  local day
  local today
  today=$(date +%s)
  for day in {0..730}; do printf 'TZ="%s" %(%F)T 03:00\n' "$1" $((today + day * 86400)); done |
    TZ=$(find_cron_zone) date -f - '+%M %H' 2>/dev/null | sort -u |
    awk '{ hours[$1 + 0] = hours[$1 + 0] "," $2 + 0 } END { for (minute in hours) print minute, substr(hours[minute], 2) }' | sort -n
}
