"""More than two channels to stereo.

Coefficients: ITU-R BS.775 (downward mixing of 3/2 material to 2/0: centre and surrounds at
-3 dB, the low-frequency channel left out), carried over to 7.1 by treating side and back pairs
alike, and to a single back channel by sharing it between both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.music.audio import Samples

MOST_CHANNELS = 8
_HALF = float(np.sqrt(0.5))  # -3 dB

# Channel names as libav writes them, and the order that WAV, FLAC and libav share.
_USUAL = {
    1: "FC",
    2: "FL FR",
    3: "FL FR FC",
    4: "FL FR BL BR",
    5: "FL FR FC BL BR",
    6: "FL FR FC LFE BL BR",
    7: "FL FR FC LFE BC SL SR",
    8: "FL FR FC LFE BL BR SL SR",
}
# The bits of dwChannelMask in WAVE_FORMAT_EXTENSIBLE, lowest first.
_MASK_BITS = (
    *("FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC"),
    *("SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR"),
)
_TO_STEREO = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_HALF, _HALF),
    "LFE": (0.0, 0.0),
    "LFE2": (0.0, 0.0),
    "BL": (_HALF, 0.0),
    "BR": (0.0, _HALF),
    "SL": (_HALF, 0.0),
    "SR": (0.0, _HALF),
    "BC": (0.5, 0.5),
    "FLC": (1.0, 0.0),
    "FRC": (0.0, 1.0),
    "WL": (_HALF, 0.0),
    "WR": (0.0, _HALF),
    "TFL": (_HALF, 0.0),
    "TFR": (0.0, _HALF),
    "TBL": (_HALF, 0.0),
    "TBR": (0.0, _HALF),
    "TC": (0.5, 0.5),
    "TFC": (0.5, 0.5),
    "TBC": (0.5, 0.5),
}


def usual_layout(channels: int) -> tuple[str, ...]:
    """The names of so many channels in their usual order; empty where there is none (above 8)."""
    return tuple(_USUAL.get(channels, "").split())


def masked_layout(mask: int, channels: int) -> tuple[str, ...]:
    """The names for a WAV's channel mask; the usual ones where it does not fit ``channels``."""
    names = tuple(name for bit, name in enumerate(_MASK_BITS) if mask >> bit & 1)
    return names if len(names) == channels else usual_layout(channels)


def named_layout(names: Sequence[str]) -> tuple[str, ...]:
    """``names`` where all are known, otherwise the usual ones for as many channels."""
    known = all(name in _TO_STEREO for name in names)
    return tuple(names) if known else usual_layout(len(names))


def to_stereo(layout: Sequence[str]) -> NDArray[np.float32]:
    """The matrix, shape (2, channels), that mixes channels of these names down to stereo."""
    return np.array([_TO_STEREO[name] for name in layout], np.float32).T


def mix_down(block: Samples, matrix: NDArray[np.float32]) -> Samples:
    """``block`` (channels, n) mixed by ``matrix`` (2, channels). Not scaled: float has headroom."""
    mixed: Samples = matrix @ block
    return mixed
