"""Writes the first seconds of the demo song as MP3, M4A and FLAC: songs for a bundle's check.

Usage: python installers/samples.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import av

DEMO = Path(__file__).resolve().parent.parent / "resources" / "demo" / "demo.ogg"
CODECS = {"mp3": "libmp3lame", "m4a": "aac", "flac": "flac"}
SECONDS = 6.0


def write(folder: Path) -> list[Path]:
    """The files, one a codec. Their names are not ASCII: a bundle must bear that, too."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_one(folder / f"Prüfstück é.{suffix}", codec) for suffix, codec in CODECS.items()]


def _one(path: Path, codec: str) -> Path:
    with av.open(str(DEMO)) as song, av.open(str(path), "w") as file:
        rate = song.streams.audio[0].rate
        stream = cast(av.AudioStream, file.add_stream(codec, rate=rate, layout="stereo"))
        for frame in song.decode(audio=0):
            if (frame.time or 0.0) > SECONDS:
                break
            frame.pts = None
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1]))
