# shellcheck shell=bash
# Units of systemd that are to run. Production's steps use this as well.

# ensure_running UNIT: enabled, active, and what systemd has read is what stands there.
ensure_running() {
  local difference=''
  if [[ ! -d /run/systemd/system || ${wish[etc]} != /etc ]]; then return 0; fi
  systemctl is-enabled --quiet "$1" 2>/dev/null || difference='not enabled'
  systemctl is-active --quiet "$1" 2>/dev/null || difference='not running'
  [[ $(systemctl show --value -p NeedDaemonReload "$1" 2>/dev/null) != yes ]] || difference='read from an older file'
  settle "unit $1" "$difference" start_unit "$1"
}

start_unit() {
  systemctl daemon-reload
  systemctl enable --quiet "$1"
  systemctl restart "$1"
}
