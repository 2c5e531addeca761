#!/usr/bin/env bash
# Makes the unpacked bundle known to the desktop of this user: a command, a menu entry, an icon.
# Usage: ./install.sh   (./install.sh --remove takes it all away again)
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
data="${XDG_DATA_HOME:-$HOME/.local/share}"
command="$HOME/.local/bin/stemwright"
entry="$data/applications/stemwright.desktop"
icon="$data/icons/hicolor/scalable/apps/stemwright.svg"

if [ "${1:-}" = "--remove" ]; then
    rm -f "$command" "$entry" "$icon"
    echo "Removed. Your songs and settings stay; delete $here yourself."
    exit
fi
case "$here" in
*[\"\`\$\\%]*)
    echo "A menu entry cannot name this folder: $here. Move it to one without \" \` \$ \\ %." >&2
    exit 1
    ;;
esac
mkdir -p "$(dirname "$command")" "$(dirname "$entry")" "$(dirname "$icon")"
ln -sf "$here/stemwright" "$command"
while IFS= read -r line; do
    # Not by one substitution: an "&" in the folder's name would stand for what was found.
    if [ "${line#Exec=stemwright}" != "$line" ]; then line="Exec=\"$here/stemwright\"${line#Exec=stemwright}"; fi
    printf '%s\n' "$line"
done <"$here/stemwright.desktop" >"$entry"
cp "$here/stemwright.svg" "$icon"
update-desktop-database "$(dirname "$entry")" 2>/dev/null || true
echo "Stemwright is in your menu, and is the command stemwright if ~/.local/bin is on your PATH."
