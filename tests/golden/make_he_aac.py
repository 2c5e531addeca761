"""How tests/golden/he_aac was made: three seconds of tests/audio/alignment.py's song as HE-AAC.

``python tests/golden/make_he_aac.py`` needs fdkaac (1.0.0, libfdk-aac 2.0.2); libav has no encoder
for it. ``edit_list.m4a`` states its delay in an edit list, ``itunes.m4a`` in ``iTunSMPB``.
"""

from __future__ import annotations

import runpy
import subprocess
import tempfile
from pathlib import Path

import soundfile

HERE = Path(__file__).parent
RATE = 44_100


def main() -> None:
    """Write the sound and both files."""
    song = runpy.run_path(str(HERE.parent / "audio" / "alignment.py"))["song"]
    folder = HERE / "he_aac"
    soundfile.write(folder / "song.flac", song(RATE, 1, 3.0).T, RATE, "PCM_16")
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "song.wav"
        soundfile.write(source, song(RATE, 1, 3.0).T, RATE, "PCM_16")
        for mode, target in ((1, "edit_list.m4a"), (0, "itunes.m4a")):
            how = ["-S", "-p", "5", "-b", "24", "-G", str(mode), "-o", str(folder / target)]
            subprocess.run(["fdkaac", *how, str(source)], check=True)


if __name__ == "__main__":
    main()
