"""The colours of tracks in a DAW's project: those of the window's lanes on a dark ground."""

from __future__ import annotations

from studio.music.stem import Stem

SONG = "#8e96a0"
_STEMS = {
    "vocals": "#e181ad",
    "drums": "#a1e0ff",
    "bass": "#7b68dc",
    "other": "#59a66d",
    "guitar": "#d05321",
    "piano": "#e0e7e5",
}


def colour(stem: Stem) -> str:
    """Of a stem's tracks, as ``#rrggbb``: its own, else its parent's, else that of the rest."""
    return _STEMS.get(stem.name) or _STEMS.get(stem.parent or "") or _STEMS["other"]
