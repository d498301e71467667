# shellcheck shell=bash
# Keys of this host: RSA of 4096 bits, made here, never sent, never replaced. The public half is what goes to the vault.

# describe_key FILE: what is wrong with a private key that stands there; nothing where it is well.
describe_key() {
  local text bits kind
  [[ ! -L $1 && -f $1 ]] || { printf 'is no plain file' && return; }
  # A passphrase cannot be typed at three in the morning.
  ssh-keygen -y -P '' -f "$1" >"$scratch/public" 2>"$scratch/complaint" || {
    printf 'cannot be used without a person: %s' "$(tr '\n' ' ' <"$scratch/complaint")"
    return
  }
  text=$(ssh-keygen -lf "$scratch/public")
  bits=${text%% *} kind=${text##* }
  [[ $kind == '(RSA)' ]] || { printf 'is no RSA key, but %s' "$kind" && return; }
  ((bits >= 4096)) || printf 'is an RSA key of %s bits; at least 4096 are wanted' "$bits"
}

# Before anything is changed: the key that stands there is one that the vault takes.
check_writer_key() {
  local file=${wish[writer-key]} fault copy
  [[ -n $file && -e $file ]] && command -v ssh-keygen >/dev/null || return 0
  # ssh-keygen refuses to look at a key that others may read; its mode is put right later.
  copy=$scratch/key
  (umask 077 && cat -- "$file" >"$copy")
  fault=$(describe_key "$copy")
  rm -f -- "$copy"
  [[ -z $fault ]] || fail "$file $fault" "It is never replaced by itself. Move it away (mv $file $file.old), and run provision.sh again for a new one."
}

ensure_client_keys() {
  if [[ ${wish[reaches-by]} == directory ]]; then
    say ok 'the vault is a directory of this host: no keys'
  elif [[ -z ${wish[writer-key]} ]]; then
    say note "$config_path names no vault.key-file: no key is made"
  else
    ensure_key writer "${wish[writer-key]}"
  fi
  local reader=${wish[folder]}/reader_rsa
  [[ $wants_reader == no ]] || ensure_key reader "$reader"
  # Whoever takes production over would read all the years, and whatever was deleted since.
  [[ ! -e $reader ]] || notes+=("$reader reads every archive. It belongs on this host for the time of a restore only: rm $reader $reader.pub")
}

# ensure_key ROLE FILE
ensure_key() {
  local role=$1 file=$2 difference=''
  [[ -d ${file%/*} ]] || ensure_directory "${file%/*}" 755 root root
  [[ -e $file ]] || difference=missing
  settle "$role key $file" "$difference" make_key "$role" "$file"
  ensure_no_half_made_keys "${file%/*}"
  [[ -e $file ]] || return 0
  settle "$role key is root's alone" "$(describe_owner "$file" 600 root root)" set_owner "$file" 600 root root
  # The public half can always be had from the other; one that belongs to another key would let nobody in.
  if [[ $(cut -d' ' -f1,2 "$file.pub" 2>/dev/null) == "$(ssh-keygen -y -P '' -f "$file" 2>/dev/null | cut -d' ' -f1,2)" ]]; then
    settle "file $file.pub" "$(describe_owner "$file.pub" 644 root root)" set_owner "$file.pub" 644 root root
  else
    public_half "$role" "$file" | ensure_file "$file.pub" 644 root root
  fi
}

# ensure_no_half_made_keys FOLDER: a run that was killed once its key had a name may have left another copy of it.
ensure_no_half_made_keys() {
  local found=("$1"/.new-key-??????)
  [[ ! -d ${found[0]} ]] || settle "no half-made keys in $1" "${#found[@]} left by killed runs" rm -rf -- "${found[@]}"
}

public_half() { printf '%s skills-hub-%s@%s\n' "$(ssh-keygen -y -P '' -f "$2" | cut -d' ' -f1,2)" "$1" "$(uname -n)"; }

# It has its name once it is whole: a killed run leaves no half a key.
make_key() {
  local place
  place=$(mktemp -d "${2%/*}/.new-key-XXXXXX")
  ssh-keygen -q -t rsa -b 4096 -N '' -C "skills-hub-$1@$(uname -n)" -f "$place/key"
  put_file "$place/key" "$2" 600 root root
  put_file "$place/key.pub" "$2.pub" 644 root root
  rm -rf -- "$place"
}
