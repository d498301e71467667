# shellcheck shell=bash
# The former script no longer runs beside this one: its lines of cron become comments with a date, a copy stays. Not before
# doctor finds nothing failed: until then the former backup is the only one that works.

kept_crontabs=/var/backups/skills-hub-cron

# Files of cron's, but ours.
list_crontabs() {
  local file
  for file in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/*; do
    [[ ! -f $file || -L $file || $file == "$cron_file" ]] || printf '%s\n' "$file"
  done
}

# former_pattern: active lines that start a backup_production.sh, wherever it lies, or a script that was named.
former_pattern() {
  local script
  printf '%s' '^[[:space:]]*[^#[:space:]].*([[:space:]/;&|("'\''=]backup_production\.sh([[:space:];&|)<>"'\'']|$)'
  for script in "${former_scripts[@]}"; do printf '|[[:space:];&|("'\''=]%s([[:space:];&|)<>"'\'']|$)' "${script//./\\.}"; done
  printf ')'
}

ensure_former_lines_out() {
  local file count
  while read -r file; do
    count=$(grep -cE -- "$(former_pattern)" "$file" || true)
    ((count > 0)) || continue
    if [[ $mode == apply ]] && ((doctor_code != 0)); then
      say 'left to you' "no former backup in $file: $(describe_lines "$file" "$count"); it stays until doctor finds nothing failed"
      todos+=("The former backup in $file still runs, until doctor finds nothing failed: then run provision.sh again, which switches it off.")
      continue
    fi
    settle "no former backup in $file" "$(describe_lines "$file" "$count")" comment_out "$file"
  done < <(list_crontabs)
  tell_other_starters
}

describe_lines() { printf '%d line%s: %s' "$2" "$( (($2 == 1)) || echo s)" "$(grep -E -- "$(former_pattern)" "$1" | sed -n 1p | tr -s '[:space:]' ' ')"; }

# cron reads a file again when its folder changed: the new one takes the name of the old, with its owner and mode.
comment_out() {
  local file=$1 copy mode_bits owner group
  read -r mode_bits owner group < <(stat -c '%a %U %G' -- "$file")
  make_directory "$kept_crontabs" 700 root root
  copy=$kept_crontabs/$(tr / _ <<<"${file#/}").$(date +%Y-%m-%dT%H%M%S)
  cp -p -- "$file" "$copy"
  sed -E "\\%$(former_pattern)%s%^%# switched off by provision.sh on $(date +%F), the backup is now $clone/infrastructure/backup_production.sh: %" \
    "$file" >"$scratch/crontab"
  put_file "$scratch/crontab" "$file" "$mode_bits" "$owner" "$group"
  notes+=("The former backup in $file is switched off; $copy is a copy of the file before.")
}

# What is not a line of cron's is a person's to judge.
tell_other_starters() {
  local file
  for file in /etc/cron.{hourly,daily,weekly,monthly}/* /etc/systemd/system/*.service; do
    [[ -f $file && $file != "$units_folder/skills-hub-backup.service" ]] || continue
    grep -E -- "$(former_pattern)" "$file" >/dev/null || continue
    notes+=("$file starts a backup_production.sh as well: switch it off, if it is the former one.")
  done
}
