#!/usr/bin/env bash
# Scénarios B et C : remet la plateforme en service sur une machine Debian vierge. docs/manuel-exploitation.md.
# Brings the platform up on a blank Debian machine: checks, installs Node and Docker with Compose 2, then hands over to
# `continuity recover`. The same line can be typed again after any interruption.
set -euo pipefail
shopt -s inherit_errexit lastpipe
umask 022
export LC_ALL=C.UTF-8 PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
notes=()
current_item=''
# shellcheck source-path=SCRIPTDIR source=../vault/steps/state.sh
source "$clone/infrastructure/vault/steps/state.sh"
# shellcheck source-path=SCRIPTDIR source=../production/steps/node.sh
source "$clone/infrastructure/production/steps/node.sh"
# shellcheck source-path=SCRIPTDIR source=../production/steps/npm.sh
source "$clone/infrastructure/production/steps/npm.sh"
# shellcheck source-path=SCRIPTDIR source=../production/steps/docker.sh
source "$clone/infrastructure/production/steps/docker.sh"

usage() {
  cat <<'USAGE'
usage: recover.sh [ARCHIVE] --reader-key FILE [--known-hosts FILE] [--identity FILE] [--url URL]
       recover.sh --scenario b [ARCHIVE | --before TIME] --reader-key FILE …

  scénario C (panne)    recover.sh --reader-key /root/skills_restore --identity /root/recovery-key.txt
  scénario B (attaque)  recover.sh --scenario b --before "2026-11-20 14:30" --reader-key … --identity …
  voir les archives     recover.sh --list --reader-key /root/skills_restore --known-hosts /root/known_hosts

  --reader-key FILE   clé privée de lecture, mode 0600 (private key of whoever restores)
  --known-hosts FILE  clés d'hôte du serveur de sauvegarde (default: infrastructure/known_hosts of this clone)
  --identity FILE     clé age hors ligne de l'équipe, qui ouvre les secrets; or --new-secrets for new passwords
  --url URL           adresse à contrôler à la fin (default: none)
  --install-only      n'installe que Node et Docker (only Node and Docker)

  All other options: those of `continuity recover`, which --help-recover shows. Nothing is typed twice: the same line
  goes on where an interrupted one stopped.
USAGE
}

# In place of provision.sh's: who reads this has another script before them.
fail() {
  printf '\nERREUR (error): %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf 'à faire (next): %s\n' "$2" >&2
  exit 2
}

# The steps' own names of what they bring, for whoever reads French.
declare -A french=(
  ['Node 20.11 or newer']='Node 20.11 ou plus récent'
  ['Docker is installed']='installation de Docker'
  ['the engine of Docker answers']='démarrage du moteur Docker'
  ['Compose 2 or newer']='Compose 2 ou plus récent'
)

name_item() { if [[ -n ${french[$1]-} ]]; then printf '%s (%s)' "${french[$1]}" "$1"; else printf '%s' "$1"; fi; }

# In place of state.sh's: what was missing is of no interest once it is there.
say() {
  local state='déjà là (there already)'
  [[ $1 != changed ]] || state='fait (done)'
  printf '   %s : %s\n' "$(name_item "${2%%: *}")" "$state"
}

# Packages may take minutes on a slow line. Ends with this script, however that ends.
show_life() {
  local never
  exec {never}<> <(:)
  while ! read -rt 20 -u "$never" && kill -0 $$ 2>/dev/null; do
    printf '   … %d s (en cours, still at it)\n' "$((SECONDS - begun))" >&2
  done
}

words=()
declare -A given=()
installs_only=no
shows_help=no
origin=$PWD

read_words() {
  local value
  while (($# > 0)); do
    case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --help-recover) shows_help=yes ;;
    --install-only) installs_only=yes ;;
    --reader-key=* | --known-hosts=* | --identity=* | --old-key=* | --config=* | --writer-key=* | --state=*)
      set -- "${1%%=*}" "${1#*=}" "${@:2}"
      continue
      ;;
    --reader-key | --known-hosts | --identity | --old-key | --config | --writer-key | --state)
      (($# > 1)) || fail "$1 : il manque un fichier (a file is missing)"
      value=$2
      # What is typed is meant from where it is typed; the program runs in the clone.
      [[ $value == /* ]] || value=$origin/$value
      given[$1]=$value
      words+=("$1" "$value")
      shift
      ;;
    --list)
      given[$1]=yes
      words+=("$1")
      ;;
    *) words+=("$1") ;;
    esac
    shift
  done
}

# For whoever only wants to read: nothing is asked of this machine, and nothing installed.
show_program_help() {
  local node
  node=$(find_recent_node 2>/dev/null) || {
    usage
    fail 'Node manque encore ici, qui montrerait les autres options (Node would show the other options)' \
      "$0 --install-only l'installe, puis $0 --help-recover ; ou lire docs/manuel-exploitation.md"
  }
  exec "$node" "$clone/scripts/dist/continuity/index.js" recover --help
}

# Before anything is installed: what no program can bring.
check_files() {
  local option file mode
  if [[ -z ${given[--known-hosts]-} && -f $clone/infrastructure/known_hosts ]]; then
    given[--known-hosts]=$clone/infrastructure/known_hosts
    words+=(--known-hosts "${given[--known-hosts]}")
  fi
  if [[ -z ${given[--config]-} && ! -e $clone/continuity.yml && ! -e /etc/skills-hub/continuity.yml ]]; then
    [[ -n ${given[--reader-key]-} ]] || fail 'il manque --reader-key : la clé de lecture (the key of whoever restores)' \
      'Apporter cette clé sur la machine (docs/manuel-exploitation.md), puis relancer avec --reader-key FICHIER.'
    [[ -n ${given[--known-hosts]-} ]] || fail "il manque --known-hosts : les clés d'hôte du serveur de sauvegarde (the vault's pinned host keys)" \
      "Les relever sur la console du serveur de sauvegarde, jamais par le réseau : /etc/ssh/ssh_host_ed25519_key.pub (docs/manuel-exploitation.md)."
  fi
  for option in --reader-key --known-hosts --identity --old-key --config; do
    file=${given[$option]-}
    [[ -n $file ]] || continue
    [[ -f $file && -r $file ]] || fail "$option : $file est introuvable (cannot be read)" 'Corriger le chemin, puis relancer la même ligne.'
  done
  file=${given[--reader-key]-}
  if [[ -n $file ]]; then
    mode=$(stat -c '%a' -- "$file")
    (((8#$mode & 8#077) == 0)) || fail "la clé $file est lisible par d'autres (mode $mode)" "chmod 600 $file, puis relancer la même ligne."
    ! grep -qE '^(ssh-|ecdsa-)' -- "$file" || fail "$file est une clé publique (a public key)" 'Nommer la clé privée : le même nom sans .pub.'
  fi
}

check_system() {
  [[ $(id -u) == 0 ]] || fail 'à lancer en root (must run as root)' "sudo $0 …"
  if ! command -v apt-get >/dev/null; then
    fail "ce système n'est pas Debian (not Debian)" 'Prendre Debian 12 ou 13; ou installer Docker avec Compose 2 et Node 20.11, puis : node scripts/dist/continuity/index.js recover …'
  fi
  [[ -r $clone/scripts/dist/continuity/index.js ]] || fail "$clone est incomplet : scripts/dist manque (incomplete clone)" "git -C $clone checkout -- ."
}

# check_room FOLDER MEGABYTES: for what is installed; the archive's own room is looked at once its size is known.
check_room() {
  local folder=$1 free
  while [[ ! -d $folder ]]; do folder=$(dirname -- "$folder"); done
  free=$(df --output=avail -BM -- "$folder" | tail -n 1 | tr -dc 0-9)
  ((free >= $2)) || fail "$folder n'a que $free Mo libres, il en faut $2 (not enough room)" 'Agrandir le disque, puis relancer la même ligne.'
}

# prepare TITLE COMMAND: says what begins, that it still goes on, and sets `took`. Nothing that is started meanwhile holds the lock.
prepare() {
  local begun=$SECONDS
  printf '%s\n' "$1" >&2
  show_life 9<&- &
  ticker=$!
  disown "$ticker"
  "$2" >&2 9<&-
  kill "$ticker" 2>/dev/null || true
  ticker=''
  took=$((SECONDS - begun))
  printf '   fait en %d s (done)\n' "$took" >&2
}

prepare_node() {
  ensure_node
  ensure_npm_name
}

prepare_docker() {
  ensure_debian_program ssh-keygen openssh-client
  ensure_debian_program ssh openssh-client
  ensure_debian_program tar tar
  [[ ${given[--list]-} == yes ]] || ensure_docker
}

read_words "$@"
[[ $shows_help == no ]] || show_program_help
check_system
[[ $installs_only == yes ]] || check_files
check_room /usr/local 500
check_room /var/lib/docker 1500

# One at a time while packages are installed; the program has a lock of its own. Of Debian's programs flock is one that no
# machine lacks unless somebody took it away.
command -v flock >/dev/null || fail 'flock manque (flock is missing)' 'apt-get install util-linux'
exec 9<"$clone"
flock -n 9 || fail 'une autre reprise est en cours (another recovery is at work)' 'La laisser finir : ps aux | grep recover'
scratch=$(mktemp -d /tmp/recover-XXXXXX)
ticker=''
finish() {
  local code=$?
  [[ -z $ticker ]] || kill "$ticker" 2>/dev/null || true
  rm -rf "$scratch"
  if [[ -n $current_item ]]; then
    printf '\nArrêté pendant (stopped during): %s. ' "$(name_item "$current_item")" >&2
    printf 'Corriger ce que dit le message (réseau, DNS, sources apt), puis relancer la même ligne. (Then run the same line again.)\n' >&2
  fi
  exit "$code"
}
trap finish EXIT

took=0
prepare 'Préparation 1/2 : Node (preparing Node)' prepare_node
node_took=$took
prepare 'Préparation 2/2 : Docker avec Compose 2, ssh, tar (preparing Docker with Compose 2)' prepare_docker
docker_took=$took
for note in "${notes[@]}"; do printf 'note: %s\n' "$note" >&2; done
[[ $installs_only == no ]] || exit 0

# Its own folder is where continuity.yml and the compose file are looked for.
cd "$clone"
code=0
unset NODE_OPTIONS NODE_PATH
"$node_path" "$clone/scripts/dist/continuity/index.js" recover "${words[@]}" 9<&- || code=$?
if ((code == 0)); then
  printf '\nDurée totale, installation comprise (total, with what was installed): %d min %02d s (Node %d s, Docker %d s)\n' \
    "$((SECONDS / 60))" "$((SECONDS % 60))" "$node_took" "$docker_took" >&2
else
  printf '\nInterrompu (code %d). Après correction, relancer la même ligne : elle reprend où elle en était. (The same line goes on.)\n' "$code" >&2
fi
((code == 0)) || exit "$code"
