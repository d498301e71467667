# shellcheck shell=bash
# Node 20.11 or newer, for root. What is there and new enough stays; else Debian's package where that is new enough (13);
# else (12 has 18) the one program of npm's package node-linux-*, without npm, against the digest in ../node.
# Expects ../../vault/steps/state.sh. Sets node_path.

node_step_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$node_step_folder/packages.sh"
# shellcheck source-path=SCRIPTDIR source=engine.sh
source "$node_step_folder/engine.sh"

node_path=''

ensure_node() {
  local found difference=''
  found=$(PATH=$system_path command -v node || true)
  if [[ -n $found && $(readlink -f -- "$found") != "$private_node" ]] && is_recent_node "$found" && is_roots_own "$(readlink -f -- "$found")"; then
    node_path=$found
    say ok "Node $("$found" --version) ($found)"
    return
  fi
  if [[ -x $private_node ]]; then
    difference=$(describe_private_node)
  elif [[ -z $found ]]; then
    difference=missing
  elif is_recent_node "$found"; then
    difference="$found can be changed by others than root"
  else
    difference="$found is $("$found" --version 2>/dev/null || echo 'none that runs'), wanted 20.11 or newer"
  fi
  settle 'Node 20.11 or newer' "$difference" install_node
  [[ ! -x $private_node ]] || ensure_node_link
  if [[ -x $private_node ]]; then node_path=$private_node; else node_path=$(PATH=$system_path command -v node || true); fi
}

# Ours is kept at the version that this clone names.
describe_private_node() {
  local version
  version=$("$private_node" --version 2>/dev/null || echo 'none that runs')
  [[ $version == "v$(pinned_node version)" ]] || printf '%s is %s, wanted v%s' "$private_node" "$version" "$(pinned_node version)"
}

install_node() {
  if [[ ! -x $private_node ]]; then
    refresh_lists
    if is_version_at_least "$(candidate_of nodejs)" 20 11; then
      install_debian nodejs
      hash -r
      is_recent_node "$(PATH=$system_path command -v node)" ||
        fail 'apt installed nodejs, and still an older Node comes first' "Look at: PATH=$system_path type -a node"
      return
    fi
  fi
  fetch_node
}

# The name that npm has for this machine; nothing where it has none.
node_platform() {
  case $(uname -m) in
  x86_64) printf linux-x64 ;;
  aarch64) printf linux-arm64 ;;
  esac
}

# pinned_node version|integrity: out of the lock file, whose form is npm's own.
pinned_node() {
  awk -v package="\"node_modules/node-$(node_platform)\":" -v key="\"$1\":" '
    $1 == package { inside = 1 }
    inside && $1 == key { gsub(/[",]/, "", $2); print $2; exit }' "$node_step_folder/../node/package-lock.json"
}

fetch_node() {
  local platform version expected found registry=${npm_config_registry:-https://registry.npmjs.org} folder=${private_node%/bin/node} place
  platform=$(node_platform)
  [[ -n $platform ]] || fail "there is no Node for $(uname -m) here" 'Install Node 20.11 or newer so that root finds it in /usr/local/bin, and run this again.'
  version=$(pinned_node version)
  expected=$(pinned_node integrity)
  [[ $version =~ ^[0-9]+(\.[0-9]+){2}$ && $expected == sha512-* ]] ||
    fail "infrastructure/production/node/package-lock.json does not name node-$platform" 'Restore that file: git checkout -- infrastructure/production/node'
  place=$(mktemp -d "$scratch/node-XXXXXX")
  download "${registry%/}/node-$platform/-/node-$platform-$version.tgz" "$place/node.tgz" ||
    fail "Node $version cannot be fetched from ${registry%/}" \
      'Its message is above. Another registry: npm_config_registry=URL. By hand: any Node 20.11 or newer as /usr/local/bin/node that only root can change.'
  found=$(sha512sum <"$place/node.tgz" | cut -d' ' -f1)
  [[ $found == "$(base64 -d <<<"${expected#sha512-}" | od -An -v -tx1 | tr -d ' \n')" ]] ||
    fail "what ${registry%/} handed out as node-$platform $version is not what was published" \
      'Nothing of it was used. Try again, or name another registry: npm_config_registry=URL.'
  tar -xzf "$place/node.tgz" -C "$place" --no-same-owner package/bin/node
  is_recent_node "$place/package/bin/node" || fail "Node $version does not run on this machine" 'Install a Node 20.11 or newer that does.'
  # Root's folders, from the top down.
  make_directory "${folder%/*}" 755 root root
  make_directory "$folder" 755 root root
  make_directory "$folder/bin" 755 root root
  put_file "$place/package/bin/node" "$private_node" 755 root root
  rm -rf -- "$place"
}

# Typed by a person, `node` is the same one. Somebody's own file of that name is left alone: ours is found by its place.
ensure_node_link() {
  local link=/usr/local/bin/node difference=''
  if [[ -e $link && ! -L $link ]]; then
    notes+=("$link is another Node and stays; the backup uses $private_node.")
    return
  fi
  [[ $(readlink -- "$link" 2>/dev/null) == "$private_node" ]] || difference='leads elsewhere or is missing'
  settle "link $link" "$difference" ln -sfnT -- "$private_node" "$link"
}
