# shellcheck shell=bash
# Programs that the vault needs, by the Debian package that holds them.

missing_packages() {
  local program package
  while read -r program package; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null || printf '%s\n' "$package"
  done <<'PROGRAMS'
sshd openssh-server
ssh-keygen openssh-client
rsync rsync
sudo sudo
xfs_io xfsprogs
flock util-linux
ps procps
logrotate logrotate
PROGRAMS
  [[ ${wish[firewall]} == no ]] || PATH="$PATH:/usr/sbin" command -v nft >/dev/null || printf 'nftables\n'
}

ensure_packages() {
  local missing
  missing=$(missing_packages | xargs)
  settle 'programs' "${missing:+missing packages: $missing}" install_packages "$missing"
}

install_packages() {
  local -a packages
  read -ra packages <<<"$1"
  command -v apt-get >/dev/null || fail "these programs are missing: $1" 'Install them with the package manager of this system.'
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}" >&2 ||
    fail "apt-get could not install: $1" 'Run apt-get update, then provision.sh again.'
}
