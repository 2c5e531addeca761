#!/usr/bin/env bash
# Makes a Debian package of a bundle: /opt/stemwright, a command, a menu entry, an icon.
# Usage: installers/linux/deb.sh BUNDLE VERSION PACKAGE
set -euo pipefail
bundle="$1" version="$2" package="$3"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

install -d "$root"/{DEBIAN,opt,usr/bin,usr/share/applications,usr/share/icons/hicolor/scalable/apps}
cp -rlT "$bundle" "$root/opt/stemwright" 2>/dev/null || cp -rT "$bundle" "$root/opt/stemwright"
rm "$root/opt/stemwright/install.sh"
ln -s /opt/stemwright/stemwright "$root/usr/bin/stemwright"
cp "$bundle/stemwright.desktop" "$root/usr/share/applications/"
cp "$bundle/stemwright.svg" "$root/usr/share/icons/hicolor/scalable/apps/"
# What is not in the bundle: the C library, zlib, and what has to match the screen's drivers.
cat >"$root/DEBIAN/control" <<END
Package: stemwright
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: The Stemwright authors
Installed-Size: $(du -sk "$root/opt" | cut -f1)
Depends: libc6 (>= 2.36), zlib1g, libegl1, libgl1, libxcb1
Recommends: libwayland-client0, libwayland-cursor0, fonts-dejavu-core
Section: sound
Priority: optional
Description: Takes a song apart on your own machine
 Stems, every stem as MIDI, scores that say which take is nearest the
 recording, and files that line up in your DAW from bar 1.
END
dpkg-deb --root-owner-group -Zzstd -z12 --build "$root" "$package"
