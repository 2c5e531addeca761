"""The piano CNN of 2019 as a detector: 44.1 kHz mono to 88 pitches at 50 frames a second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scipy.fft
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from studio.dsp.filterbank import logarithmic
from studio.errors import ModelMissingError
from studio.music.audio import Audio, Samples
from studio.nets.piano_cnn import CONTEXT_FRAMES, PITCHES, PianoCNN, load_madmom
from studio.transcription.contract import Activations
from studio.transcription.decoders.adsr import adsr

_RATE = 44100
_HOP = 882
_WINDOW = 4096
_BLOCK = 1500  # frames the network sees at a time: 30 s


class PianoCNNDetector:
    """Madmom's piano network of 2019, with its front end.

    Source: Kelz, Böck and Widmer, "Deep Polyphonic ADSR Piano Note Transcription", ICASSP 2019;
    the front end as in madmom's ``CNNPianoNoteProcessor``.
    """

    summary = "Best on piano; needs weights for non-commercial use."
    source = "Kelz, Böck and Widmer, ICASSP 2019"
    kinds = ("piano", "guitar", "bass", "other", "vocals")
    pitch_range = (21, 108)
    licence = "CC BY-NC-SA 4.0"
    weights = "madmom-notes-2019"
    devices = ("cuda", "cpu")
    decoder = staticmethod(adsr)
    version = 2

    sample_rate = _RATE
    hop = _HOP
    context_seconds = (CONTEXT_FRAMES * _HOP + _WINDOW // 2) / _RATE
    level_db = None  # the network was trained on recordings as they are

    def __init__(self, network: PianoCNN, device: str = "cpu") -> None:
        """``network`` in evaluation mode, to run on ``device``."""
        self._network = network.to(device)
        self._device = device

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> PianoCNNDetector:
        """A detector on ``device`` with madmom's ``weights``.

        Raises:
            ModelMissingError: there are none.
            ModelMismatchError, UnsafeModelError: ``weights`` are not madmom's.
        """
        if weights is None:
            how = f"`stemwright models show {cls.weights}` says where they are and how to add them."
            raise ModelMissingError(name="piano-cnn", how=how)
        return cls(load_madmom(weights), device)

    def detect(self, audio: Audio) -> Activations:
        """What the network hears of 88 pitches, A0 upwards."""
        heard = self._hear(log_bands(audio.mono()))
        return Activations(
            onset=heard[..., 1],
            frame=heard[..., 0],
            offset=heard[..., 2],
            frames_per_second=_RATE / _HOP,
            lowest_pitch=21,
        )

    @torch.inference_mode()
    def _hear(self, bands: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's output, shape (frames, 88, 3); the first and last frame lead on."""
        heard = [np.zeros((0, PITCHES, 3), np.float32)]
        for start in range(0, len(bands), _BLOCK):
            stop = min(start + _BLOCK, len(bands))
            around = np.arange(start - CONTEXT_FRAMES, stop + CONTEXT_FRAMES)
            block = torch.from_numpy(bands[np.clip(around, 0, len(bands) - 1)])
            heard.append(self._network(block[None].to(self._device))[0].cpu().numpy())
        return np.concatenate(heard)


def log_bands(samples: Samples) -> NDArray[np.float32]:
    """The network's input: log-magnitudes in 144 bands, 24 an octave, shape (frames, 144).

    Frame k is centred on sample 882 k; beyond the ends there is silence.
    """
    frames = -(-len(samples) // _HOP)
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    windows = sliding_window_view(padded, _WINDOW)[::_HOP][:frames]
    shape = np.hanning(_WINDOW).astype(np.float32)
    bin_hz = np.arange(_WINDOW // 2) * _RATE / _WINDOW
    bank = logarithmic(bin_hz, 24, 30.0, 10000.0)
    blocks = [
        np.abs(scipy.fft.rfft(windows[start : start + 256] * shape, axis=1)[:, :-1]) @ bank
        for start in range(0, frames, 256)
    ]
    bands = np.concatenate([np.zeros((0, bank.shape[1]), np.float32), *blocks])
    log: NDArray[np.float32] = np.log10(bands + np.float32(1))
    return log
