#!/usr/bin/env bash
# Uses a bundle as somebody would on a machine that has no Python: an empty PATH, an empty home, no
# language set, and, where the kernel allows it, a root folder with nothing but the C library and zlib.
# Usage: installers/linux/check.sh BUNDLE [SONG...]   (each SONG, in whatever format, is transcribed)
set -euo pipefail
bundle="$(cd "$1" && pwd)"
shift
demo="$bundle/_internal/studio/resources/demo/demo.ogg"
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
bare=(env -i HOME="$home" PATH=/nowhere STEMWRIGHT_HOME="$home/stemwright" STEMWRIGHT_AUDIO=null)
stemwright() { "${bare[@]}" "$bundle/stemwright" "$@"; }
is() { [ "$1" = "$2" ] || { echo "expected $2, found $1" >&2 && exit 1; }; }

echo "== nothing of this machine's Python is named in it"
is "$(find "$bundle" -name direct_url.json | wc -l)" 0
"${bare[@]}" "$bundle/stemwright" --version
stemwright --help >/dev/null

echo "== all that is installed is found"
stemwright doctor # fails where something that is needed is missing
stemwright devices

echo "== a song, from the file to scores"
stemwright process "$demo" --out "$home/out" --threshold 0.55
is "$(find "$home/out/demo/Stems" -name '*.wav' | wc -l)" 5
is "$(find "$home/out/demo/MIDI" -name '*.mid' | wc -l)" 5
stemwright export "$home/out/demo" --audio-format flac
is "$(find "$home/out/demo/Stems" -name '*.flac' | wc -l)" 5
bass="$(find "$home/out/demo/Stems" -name '*Bass.flac')"
stemwright score "$bass" "$(find "$home/out/demo/MIDI" -name '*Bass.mid')" --as bass --plot "$home/plot.png"
[ -s "$home/plot.png" ]

for song in "$@"; do
    echo "== ${song##*.}"
    stemwright transcribe "$song" --as other --out "$home/notes.${song##*.}"
done

echo "== in a root folder that holds the C library, zlib and nothing else"
if unshare --map-root-user --mount true; then
    root="$home/root"
    mkdir -p "$root"/{bundle,proc,dev,tmp,lib64,lib/x86_64-linux-gnu}
    cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
    cp -L /lib/x86_64-linux-gnu/lib{c,m,dl,pthread,rt,util,resolv,z}.so.? "$root/lib/x86_64-linux-gnu/"
    # shellcheck disable=SC2016  # the inner shell has the arguments
    unshare --map-root-user --mount --pid --fork bash -euc '
        mount --bind "$1" "$2/bundle" && mount --rbind /dev "$2/dev" && mount -t proc proc "$2/proc"
        exec env -i HOME=/tmp PATH=/nowhere "$(command -v chroot)" "$2" /bundle/stemwright \
            process /bundle/_internal/studio/resources/demo/demo.ogg --out /tmp/out
    ' alone "$bundle" "$root"
    is "$(find "$root/tmp/out/demo/Stems" -name '*.wav' | wc -l)" 5
else
    echo "not tried: this kernel grants no root folder of one's own" >&2
fi

echo "== the window: opens the demo song, takes it apart, is pictured, closes"
if command -v xvfb-run >/dev/null; then
    # shellcheck disable=SC2016  # the inner shell has the screen
    xvfb-run -a -s "-screen 0 1400x900x24" bash -c \
        'env -i DISPLAY="$DISPLAY" XAUTHORITY="${XAUTHORITY:-}" "$@"' window \
        HOME="$home" PATH=/nowhere STEMWRIGHT_HOME="$home/window" STEMWRIGHT_AUDIO=null \
        "$bundle/stemwright" app --picture "$home/window.png" "$demo"
    [ -s "$home/window.png" ]
    [ -d "$home/window/songs/demo/.stemwright" ]
    if [ -n "${PICTURES:-}" ]; then cp "$home"/{window,plot}.png "$PICTURES/"; fi
else
    echo "not tried: there is no Xvfb" >&2
fi

echo "== nothing is left over"
is "$(find /tmp -maxdepth 1 -name '_MEI*' | wc -l)" 0
echo "The bundle works."
