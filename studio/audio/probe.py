"""What a file is, without reading all of it."""

from __future__ import annotations

from pathlib import Path

from studio.audio.info import AudioInfo
from studio.audio.read import open_audio

__all__ = ["SUFFIXES", "AudioInfo", "probe"]

# Lower case. A file that is named outright is opened whatever its suffix.
SUFFIXES = frozenset(
    {".wav", ".wave", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".flac", ".wv"}
    | {".ogg", ".oga", ".opus", ".mp3", ".mp2", ".m4a", ".m4b", ".aac", ".wma"}
    | {".mp4", ".m4v", ".mov", ".3gp", ".webm", ".mkv", ".mka", ".avi"}
)


def probe(path: Path) -> AudioInfo:
    """What the file says about the sound in it.

    Raises:
        MissingFileError: there is no such file.
        UnreadableAudioError: it holds no sound, or none that can be read.
    """
    with open_audio(path) as reader:
        return reader.info
