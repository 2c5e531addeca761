#!/usr/bin/env bash
# Builds dist/stemwright-linux-x86_64.tar.zst, and checks it as a user would start it.
# Needs: Python 3.11, zstd, and for the check Xvfb. Usage: installers/linux/build.sh [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${1:-.venv/bin/python}"

"$python" -m pip install --quiet "pyinstaller>=6.11,<7"
"$python" -m PyInstaller --noconfirm --log-level WARN \
    --distpath build/linux --workpath build/pyinstaller installers/linux/stemwright.spec

cp installers/linux/stemwright.desktop resources/icons/stemwright.svg \
    installers/linux/install.sh build/linux/stemwright/
mkdir -p dist
tar -C build/linux --zstd -cf dist/stemwright-linux-x86_64.tar.zst stemwright
installers/linux/check.sh build/linux/stemwright
du -sh build/linux/stemwright dist/stemwright-linux-x86_64.tar.zst
