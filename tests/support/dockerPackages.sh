#!/bin/bash
# Debian's programs of Docker as the packages that Docker makes of them: docker-ce, docker-ce-cli and containerd.io, which has
# runc as well. Runs on a machine of the image, whose cache has Debian's packages: dockerPackages.sh DIRECTORY
set -euo pipefail

readonly OUT=$1 KEPT=/var/cache/apt/archives

# package NAME VERSION PACKAGE...: control fields come on standard input.
package() {
  local name=$1 version=$2 root=/tmp/$1 part
  shift 2
  mkdir -p "$root/DEBIAN"
  for part; do dpkg-deb -x "$KEPT/$part"_*.deb "$root"; done
  rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/lintian" "$root/etc/init.d"
  {
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Docker <support@docker.com>\n' "$name" "$version" "$(dpkg --print-architecture)"
    cat
    printf 'Description: %s, as Docker packs it\n' "$name"
  } >"$root/DEBIAN/control"
  (cd "$root" && find etc -type f -printf '/%p\n' 2>/dev/null) >"$root/DEBIAN/conffiles" || true
  case $name in
  docker-ce) starts "$root" docker.socket docker.service ;;
  containerd.io) starts "$root" containerd.service ;;
  esac
  dpkg-deb --root-owner-group -Znone -b "$root" "$OUT/${name}_${version#*:}.deb" >/dev/null
}

# starts ROOT UNIT...: as the packages do it.
starts() {
  local root=$1
  shift
  printf '#!/bin/sh\nset -e\ngetent group docker >/dev/null || addgroup --system docker >/dev/null\nsystemctl daemon-reload\nsystemctl enable --now %s\n' "$*" \
    >"$root/DEBIAN/postinst"
  # shellcheck disable=SC2016 # $1 is the script's own
  printf '#!/bin/sh\nset -e\n[ "$1" != remove ] || systemctl disable --now %s\n' "$*" >"$root/DEBIAN/prerm"
  chmod 0755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
}

codename=$(. /etc/os-release && printf 'debian.%s~%s' "$VERSION_ID" "$VERSION_CODENAME")
package docker-ce "5:26.1.5-1~$codename" docker.io <<'CONTROL'
Depends: containerd.io, docker-ce-cli, iptables, libseccomp2, tini, adduser
Conflicts: docker.io
Replaces: docker.io
CONTROL
package docker-ce-cli "5:26.1.5-1~$codename" docker-cli <<'CONTROL'
Conflicts: docker-cli
Replaces: docker-cli
CONTROL
package containerd.io "1.7.24-1" containerd runc <<'CONTROL'
Depends: libseccomp2
Provides: containerd, runc
Conflicts: containerd, runc
Replaces: containerd, runc
CONTROL

cd "$OUT"
for file in *.deb; do
  dpkg-deb -f "$file"
  printf 'Filename: pool/%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
done >Packages
