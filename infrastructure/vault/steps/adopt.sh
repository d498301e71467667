# shellcheck shell=bash
# Archives that the ledger does not know, such as those of the former script, get a line in it.

# count_adoptable: by the vault's own program; before there is one, by the names that the former script gave.
count_adoptable() {
  local directory=${wish[directory]}
  if [[ -x ${wish[library]}/skills-vault && $(stat -c '%U' -- "$directory/.vault" 2>/dev/null) == "${wish[keeper]}" ]]; then
    ask_vault adopt --dry-run --json |
      "${wish[node-path]}" -e 'process.stdin.toArray().then((parts) => {
        const answer = JSON.parse(Buffer.concat(parts));
        console.log((answer.result ?? answer).adopted.length);
      })'
  elif [[ -d $directory ]]; then
    find_archives -type f -name 'backup_full_??????????_??-??.tar.gz' -printf x | wc -c
  else
    echo 0
  fi
}

ensure_adopted() {
  local count name
  count=$(count_adoptable) || fail 'the archives cannot be looked through' 'Its message is above.'
  settle 'archives of the former script are in the ledger' "$( ((count == 0)) || echo "$count are not")" adopt_archives
  [[ -d ${wish[directory]} ]] || return 0
  find -P "${wish[directory]}" -regextype posix-extended -mindepth 1 -maxdepth 1 ! -regex "$archive_names" ! -name .vault ! -name .incoming ! -name CARTE-URGENCE.md -printf '%f\n' |
    sed -n 1,20p | while read -r name; do say note "no archive, left alone: $name"; done
}

# Reading them through takes hours where there are many, and can be left to the first restore of each.
adopt_archives() { ask_vault adopt --no-survey >&2 || fail 'the archives could not be adopted' 'Its message is above; run provision.sh again afterwards.'; }
