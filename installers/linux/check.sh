#!/usr/bin/env bash
# Starts the bundle with nothing of this machine's around it: no Python on the PATH, an empty home.
# Usage: installers/linux/check.sh FOLDER
set -euo pipefail
bundle="$(cd "$1" && pwd)"
demo="$bundle/_internal/studio/resources/demo/demo.ogg"
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
bare=(env -i HOME="$home" PATH=/nowhere STEMWRIGHT_HOME="$home/stemwright" LANG=C.UTF-8)

"${bare[@]}" "$bundle/stemwright" --version
"${bare[@]}" "$bundle/stemwright" doctor
"${bare[@]}" "$bundle/stemwright" process "$demo" --out "$home/out"
[ "$(ls "$home/out/demo/Stems" | wc -l)" = 5 ]
[ "$(ls "$home/out/demo/MIDI" | wc -l)" -ge 4 ]

if command -v xvfb-run >/dev/null; then
    # The window itself: opens the demo song, takes it apart, says how long it took, and closes.
    xvfb-run -a env STEMWRIGHT_HOME="$home/window" STEMWRIGHT_AUDIO=null \
        "$bundle/stemwright" app --picture "$home/window.png" "$demo"
    [ -s "$home/window.png" ]
fi
echo "The bundle works."
