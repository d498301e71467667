# shellcheck shell=bash
# Archives that the ledger does not know, such as those of the former script, get a line in it.

# Names of archives, one a line, that no line of the ledger names.
list_unknown_archives() {
  local ledger=${wish[directory]}/.vault/ledger.jsonl
  [[ -d ${wish[directory]} ]] || return 0
  { [[ ! -f $ledger ]] || grep -o '"name":"backup_full_[^"]*"' "$ledger" | cut -d'"' -f4 | sort -u; } >"$scratch/known" || true
  find_archives -type f -printf '%f\n' | sort | comm -23 - "$scratch/known"
}

ensure_adopted() {
  local count
  count=$(list_unknown_archives | wc -l)
  settle 'archives are in the ledger' "$( ((count == 0)) || echo "$count are not")" adopt_archives
  [[ -d ${wish[directory]} ]] || return 0
  find -P "${wish[directory]}" -regextype posix-extended -mindepth 1 -maxdepth 1 ! -regex "$archive_names" ! -name .vault ! -name .incoming -printf '%f\n' |
    head -n 20 | while read -r name; do say note "no archive, left alone: $name"; done
}

adopt_archives() { ask_vault adopt >&2 || fail 'the archives could not be adopted' 'Its message is above; run provision.sh again afterwards.'; }
