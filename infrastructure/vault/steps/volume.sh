# shellcheck shell=bash
# The file system under the archives. One that shares extents (XFS, Btrfs) keeps each changed byte once; on any other
# every archive takes its full size.

# The folders above the archives are the administrator's: whoever can write there could put another vault in its place.
check_above() {
  local path=${wish[directory]} owner mode_bits
  [[ $(readlink -m -- "$path") == "$path" ]] || fail "$path leads through a link" 'Name the directory itself.'
  ! mountpoint -q -- "$path" || fail "$path is a mount point" \
    'Name a folder below it (--directory): a disk that is not mounted then stops the backup instead of receiving it.'
  while path=$(dirname -- "$path") && [[ $path != / ]]; do
    [[ -e $path ]] || continue
    read -r owner mode_bits < <(stat -c '%u %a' -- "$path")
    mode_bits=$((8#$mode_bits & 8#1000 ? 0 : 8#$mode_bits & 8#022))
    # A sticky folder such as /tmp lets nobody rename what is not theirs.
    [[ $owner == 0 && mode_bits -eq 0 ]] ||
      fail "$path must belong to root and be writable by nobody else" "chown root $path && chmod go-w $path"
    [[ -n ${wish[volume]} && $path == "${wish[mount-point]}" ]] || mountpoint -q -- "$path" || ! is_in_table "$path" ||
      fail "$path is not mounted, and ${wish[etc]}/fstab names it" "mount $path"
  done
}

is_in_table() { awk -v point="$1" '$1 !~ /^#/ && $2 == point { found = 1 } END { exit !found }' "${wish[etc]}/fstab" 2>/dev/null; }

volume_file() { printf '%s' "${wish[volume]#xfs-loop:*:}"; }

check_volume() {
  local device point=${wish[mount-point]}
  [[ -n ${wish[volume]} ]] || return 0
  command -v mkfs.xfs >/dev/null || fail 'mkfs.xfs is missing' 'apt-get install xfsprogs'
  [[ ${wish[directory]} == "$point"/* ]] || fail "${wish[directory]} is not below the mount point $point"
  if ! mountpoint -q -- "$point" && [[ -d $point && -n $(ls -A -- "$point") ]]; then
    fail "$point holds files, which a volume mounted there would hide" \
      "Put the volume elsewhere (--directory /srv/vault/backups), and copy the archives there first: docs/provisioning.md tells how."
  fi
  case ${wish[volume]} in
  xfs:*)
    device=${wish[volume]#xfs:}
    [[ -b $device ]] || fail "$device is no disk or partition"
    is_our_volume "$device" || is_blank "$device" ||
      fail "$device is not blank: $(lsblk -no FSTYPE,LABEL,MOUNTPOINT "$device" | xargs)" \
        "Nothing is ever formatted over. If nobody needs what is on it: wipefs --all $device"
    ;;
  *)
    device=$(volume_file)
    [[ ! -e $device ]] || is_our_volume "$device" || fail "$device is there and is no volume of the vault's"
    [[ -d ${device%/*} ]] || fail "${device%/*} is missing: the volume's file goes there"
    ;;
  esac
}

is_our_volume() { [[ $(blkid -p -o value -s TYPE -s LABEL "$1" 2>/dev/null | sort | xargs) == 'skills-vault xfs' ]]; }
is_blank() { [[ -z $(wipefs --no-act --noheadings "$1") && -z $(blkid -p "$1") && $(lsblk -nro NAME "$1" | wc -l) == 1 ]]; }

format_volume() {
  local file size
  if [[ ${wish[volume]} == xfs:* ]]; then
    mkfs.xfs -q -m reflink=1 -L skills-vault "${wish[volume]#xfs:}"
    return
  fi
  file=$(volume_file)
  size=${wish[volume]#xfs-loop:}
  rm -f -- "$file.new"
  # Really taken from the disk: a volume whose promises the disk cannot keep would lose archives.
  (umask 077 && fallocate -l "${size%%:*}" "$file.new") || fail "there is no room for $file"
  mkfs.xfs -q -m reflink=1 -L skills-vault "$file.new"
  mv -T -- "$file.new" "$file"
}

ensure_volume() {
  local device options=nodev,nosuid,noexec,nofail difference='' point=${wish[mount-point]} table=${wish[etc]}/fstab
  [[ -n ${wish[volume]} ]] || return 0
  if [[ ${wish[volume]} == xfs:* ]]; then device=${wish[volume]#xfs:}; else
    device=$(volume_file)
    options+=,loop
  fi
  [[ -e $device ]] && is_our_volume "$device" || difference='not made yet'
  settle "volume $device" "$difference" format_volume
  if ! mountpoint -q -- "$point"; then ensure_directory "$point" 755 root root; fi
  {
    [[ ! -f $table ]] || cat -- "$table"
    is_in_table "$point" || printf '%s %s xfs %s 0 0\n' "$device" "$point" "$options"
  } >"$scratch/fstab"
  ensure_copy "$scratch/fstab" "$table" 644 root root
  difference=''
  mountpoint -q -- "$point" || difference='not mounted'
  settle "mount $point" "$difference" mount -T "$table" "$point"
  ensure_directory "$point" 755 root root
}

# Tells whether archives will share what they have in common, and what it costs if not.
tell_sharing() {
  local place=${wish[directory]} kind
  while [[ ! -e $place ]]; do place=$(dirname -- "$place"); done
  kind=$(findmnt -no FSTYPE -T "$place" || true)
  if [[ $kind == btrfs ]] || { [[ $kind == xfs ]] && xfs_info "$(findmnt -no TARGET -T "$place")" 2>/dev/null | grep 'reflink=1' >/dev/null; }; then
    command -v xfs_io >/dev/null || notes+=('xfs_io is missing (apt-get install xfsprogs): archives do not share extents without it.')
    say ok "archives share extents ($kind)"
  elif [[ -z ${wish[volume]} ]]; then
    say note "archives do not share extents (${kind:-unknown file system}): each takes its full size"
    notes+=('4 TB over 1825 days are 2.19 GB a night at most here. On XFS only what changed counts: --volume xfs:DEVICE or xfs-loop:SIZE:FILE.')
  fi
}
