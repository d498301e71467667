#!/usr/bin/env bash
# Scénario B, sur le serveur de sauvegarde, en root : révoque la clé d'écriture volée et en enregistre une autre.
# Scenario B, on the vault, as root: revokes the stolen writer key, ends its sessions, enters another. Archives are not
# touched. Safe to type again. docs/manuel-exploitation.md.
set -euo pipefail
shopt -s inherit_errexit lastpipe
umask 022
export LC_ALL=C.UTF-8 PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  cat <<'USAGE'
usage: revoke-writer-key.sh [--new-key FILE.pub] [--since TIME] [--yes]

  at once, when production is known to be taken:   revoke-writer-key.sh --since "2026-11-20 14:30"
  later, with the key that recover.sh has made:    revoke-writer-key.sh --new-key writer_rsa.pub

  --new-key FILE  the new public key of production (RSA 4096); without it, nobody writes until there is one
  --since TIME    also shows what was sealed since then, when production may have been in other hands
  --yes           does not ask

  --name NAME, --etc DIR, --bundles DIR   as for infrastructure/vault/provision.sh
USAGE
}

fail() {
  printf '\nERREUR (error): %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf 'à faire (next): %s\n' "$2" >&2
  exit 2
}

new_key='' since='' agrees=no name=skills-vault etc=/etc
passed=()
while (($# > 0)); do
  case $1 in
  --help | -h)
    usage
    exit 0
    ;;
  --yes) agrees=yes ;;
  --new-key | --since | --name | --etc | --bundles)
    (($# > 1)) || fail "$1 needs a value"
    case $1 in
    --new-key) new_key=$2 ;;
    --since) since=$2 ;;
    --name) name=$2 passed+=("$1" "$2") ;;
    --etc) etc=$2 passed+=("$1" "$2") ;;
    *) passed+=("$1" "$2") ;;
    esac
    shift
    ;;
  *) fail "there is no option $1" "$0 --help" ;;
  esac
  shift
done

[[ $(id -u) == 0 ]] || fail 'à lancer en root sur le serveur de sauvegarde (must run as root, on the vault)' "sudo $0 …"
record=$etc/$name.provision
[[ -f $record ]] ||
  fail "ce serveur n'a pas été préparé par provision.sh : $record manque (this machine was not provisioned as the vault)" \
    "Se trompe-t-on de machine ? (Is this the vault?) Without provisioning: remove the key's line from the account's ~/.ssh/authorized_keys, then pkill -KILL -u ACCOUNT."

# Before anything is changed: with a wrong file here, every key of production would be cut off for one that cannot write.
check_new_key() {
  local next="Rien n'a été changé (nothing was changed). Name the public key that recover.sh has shown: RSA 4096, the file that ends in .pub."
  local lines
  [[ -f $new_key && -r $new_key ]] || fail "$new_key est introuvable (cannot be read)" "$next"
  ! grep -q 'PRIVATE KEY' -- "$new_key" ||
    fail "$new_key est une clé privée, qui ne quitte pas la production (a private key, which stays on production)" "$next"
  lines=$(grep -cEv '^[[:space:]]*(#|$)' -- "$new_key" || true)
  if [[ $lines == 1 ]] && grep -qE '^ssh-rsa [A-Za-z0-9+/=]+([[:space:]]|$)' -- "$new_key"; then
    new_key_shown=$(ssh-keygen -lf "$new_key" 2>/dev/null || true)
  fi
  [[ $new_key_shown =~ ^([0-9]+)' '.*'(RSA)'$ ]] || fail "$new_key n'est pas une seule clé publique RSA (not one public RSA key)" "$next"
  if ((BASH_REMATCH[1] < 4096)); then fail "$new_key : ${BASH_REMATCH[1]} bits, il en faut 4096 (too short)" "$next"; fi
}
new_key_shown=''
[[ -z $new_key ]] || check_new_key

remembered() { sed -n "s/^$1=//p" "$record" | tail -n 1; }
writer=$(remembered writer)
keys=$etc/ssh/authorized_keys.d/$writer

# What sshd would take for production's account now: "BITS SHA256:… comment (RSA)", one a line.
list_keys() {
  local line
  [[ -f $keys ]] || return 0
  sed -n 's/^.*" \(ssh-rsa .*\)$/\1/p' "$keys" | while read -r line; do ssh-keygen -lf - <<<"$line"; done
}

blob_of() { awk '/^[^#]/ { print $2; exit }' "$1"; }

# is_new BLOB
is_new() { [[ -n $new_key && $1 == "$(blob_of "$new_key")" ]]; }

list_unwanted() {
  local type blob rest
  [[ -f $keys ]] || return 0
  sed -n 's/^.*" \(ssh-rsa .*\)$/\1/p' "$keys" | while read -r type blob rest; do
    is_new "$blob" || printf '%s %s %s\n' "$type" "$blob" "$rest"
  done
}

printf "Clés d'écriture admises maintenant (writer keys that are taken now), %s :\n" "$writer"
list_keys | sed 's/^/  /' | grep . || printf '  (aucune, none)\n'
unwanted=$(list_unwanted)
if [[ -n $new_key ]]; then
  printf 'Nouvelle clé (new key) :\n  %s\n' "$new_key_shown"
fi
if [[ -n $unwanted ]]; then
  printf 'Révoquées, sessions coupées (to be revoked, sessions ended) :\n'
  while read -r line; do printf '  %s\n' "$(ssh-keygen -lf - <<<"$line")"; done <<<"$unwanted"
fi
if [[ $agrees == no && -n $unwanted ]]; then
  [[ -t 0 ]] || fail 'une confirmation est nécessaire (a confirmation is needed)' 'Relancer avec --yes.'
  read -r -p 'Taper REVOQUER pour continuer (type REVOQUER to go on): ' answer
  [[ $answer == REVOQUER ]] || fail "rien n'a été changé (nothing was changed)"
fi

scratch=$(mktemp -d /tmp/revoke-XXXXXX)
trap 'rm -rf "$scratch"' EXIT

# At once, by the file that sshd reads for each login; provisioning, which makes it last, looks at much else first.
if [[ -n $unwanted ]]; then
  # Also one that somebody had added by hand, which no record knows, is refused from now on.
  number=0
  while read -r line; do
    number=$((number + 1))
    printf '%s\n' "$line" >"$scratch/$number.pub"
    passed+=(--former-key "$scratch/$number.pub")
  done <<<"$unwanted"
  kept=$(mktemp "$keys.XXXXXX~")
  while read -r line; do
    blob=$(sed -n 's/^.*" ssh-rsa \([^ ]*\).*$/\1/p' <<<"$line")
    ! is_new "$blob" || printf '%s\n' "$line"
  done <"$keys" >"$kept"
  chmod 644 "$kept"
  mv -fT -- "$kept" "$keys"
  pkill -KILL -u "$writer" || (($? == 1))
  printf '\nLa clé est coupée (the key is cut off). Enregistrement (making it last) :\n'
fi
"$clone/infrastructure/vault/provision.sh" "${passed[@]}" --revoke-writer ${new_key:+--writer-key "$new_key"} ||
  fail 'la clé est coupée, mais provision.sh a échoué : une exécution ultérieure pourrait la remettre (it is cut off, but not for good)' \
    'Corriger ce que provision.sh a dit ci-dessus, puis relancer la même ligne.'

printf "\nClés d'écriture admises désormais (writer keys from now on), %s :\n" "$writer"
list_keys | sed 's/^/  /' | grep . || printf '  (aucune, none): recover.sh en fera une ; puis --new-key FICHIER.pub\n'

library=$(remembered library)
settings=$(remembered settings)
code=0
if [[ -n $since ]]; then
  printf '\n'
  "$library/skills-vault" vault sealed --since "$since" --settings "$settings" || code=$?
fi
printf '\nContrôle du coffre (audit of the vault) :\n'
"$library/skills-vault" vault audit --settings "$settings" || code=$?
((code == 0)) || printf '\nLa clé est révoquée, mais le contrôle ci-dessus a trouvé quelque chose (the key is revoked; the audit above found something).\n'
exit "$code"
