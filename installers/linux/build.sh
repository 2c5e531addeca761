#!/usr/bin/env bash
# Builds dist/stemwright-VERSION-linux-x86_64.tar.zst, with --deb a Debian package too, and checks
# what it built as a user would start it.
# Needs: an environment with Stemwright's packages and the processor's torch, zstd, and for the check
# Xvfb. Usage: installers/linux/build.sh [--deb] [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/../.."
deb=no
if [ "${1:-}" = "--deb" ]; then deb=yes && shift; fi
python="${1:-.venv/bin/python}"
version="$("$python" -c 'import studio; print(studio.__version__)')"
name="stemwright-$version-linux-$(uname -m)"
bundle=build/linux/stemwright
# Dates and orders are those of the sources, not of the build.
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0

if ! "$python" -c 'import sys, torch; sys.exit(bool(torch.version.cuda or torch.version.hip))'; then
    echo "This torch is built for a graphics card: the bundle would pass 2 GiB. README.md, Which torch." >&2
    exit 1
fi
"$python" -m pip install --quiet "pyinstaller>=6.11,<7"
# An editable install may tell of an older pyproject.toml; doctor reads what the bundle is told.
"$python" -m pip install --quiet --no-deps --upgrade --target build/metadata .
PYTHONPATH=build/metadata nice "$python" -m PyInstaller --noconfirm --log-level WARN \
    --distpath build/linux --workpath build/pyinstaller installers/linux/stemwright.spec

# Tables of names for debuggers, an eighth of the bundle. Only where all that is loaded stays in its
# place; of numpy's and scipy's libraries it would not.
strip --strip-unneeded "$bundle"/_internal/torch/lib/libtorch_{cpu,python}.so \
    "$bundle"/_internal/libpython3.*.so.1.0

mv "$bundle/_internal/licences" "$bundle/licences"
cp -r installers/linux/gnu "$bundle/licences/"
cp LICENSE THIRD_PARTY.md installers/linux/{NOTICE.txt,install.sh,stemwright.desktop} \
    resources/icons/stemwright.svg "$bundle/"
"$python" installers/samples.py build/samples
PICTURES=build/linux installers/linux/check.sh "$bundle" build/samples/*

mkdir -p dist
tar -C build/linux --sort=name --owner=0 --group=0 --mtime="@$SOURCE_DATE_EPOCH" \
    -I 'zstd -12 -T0' -cf "dist/$name.tar.zst" stemwright
if [ "$deb" = yes ]; then installers/linux/deb.sh "$bundle" "$version" "dist/$name.deb"; fi
du -sh "$bundle" dist/"$name".*
