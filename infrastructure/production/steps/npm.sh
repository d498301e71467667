# shellcheck shell=bash
# `npm run -s prod:backup`, as the manual writes it, on a host whose Node came without npm (Debian's npm brings hundreds of
# packages). npm itself, and somebody's own program of that name, are left alone. Expects node.sh.

npm_form=$(cd "$(dirname "${BASH_SOURCE[0]}")/../forms" && pwd)/npm

ensure_npm_name() {
  local file=/usr/local/bin/npm wanted
  if [[ -e $file || -L $file ]]; then
    grep -qs '^# Written by provisioning' -- "$file" || return 0
  elif [[ -n $(PATH=$system_path command -v npm || true) ]]; then
    return 0
  fi
  wanted=$(mktemp "$scratch/npm-XXXXXX")
  sed "s|@node@|${node_path:-$private_node}|" "$npm_form" >"$wanted"
  ensure_copy "$wanted" "$file" 755 root root
}
