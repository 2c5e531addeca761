"""Basic Pitch as a detector: 22.05 kHz mono to 88 pitches, 86 frames a second, on ONNX Runtime.

Its windows are placed a whole number of frames apart, so that frame k stands for sample 256 k up to
the last minute of a song. The authors' own windows lie 141.3 frames apart, of which 142 are kept,
which is why times drift there (spotify/basic-pitch, issue 190).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.errors import EngineMissingError, ModelMismatchError, ModelMissingError
from studio.music.audio import Audio
from studio.transcription.contract import Activations
from studio.transcription.decoders.peaks import held

_RATE = 22050
_HOP = 256
_WINDOW = 43844  # samples the network sees at a time
_FRAMES = 172  # that it answers with
_EDGE = 15  # of these that are left out at either end, where it sees too little
_STEP = _FRAMES - 2 * _EDGE - 1  # frames from one window to the next
_BATCH = 8
_INPUT = "serving_default_input_2:0"
_OUTPUTS = ["StatefulPartitionedCall:1", "StatefulPartitionedCall:2"]  # sounding, onset

Layer = NDArray[np.float32]
Network = Callable[[Layer], tuple[Layer, Layer]]
"""Windows (windows, 43844, 1) to sounding notes and onsets, each (windows, 172, 88)."""


class BasicPitchDetector:
    """Spotify's small network for any instrument.

    Source: Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note
    Transcription and Multipitch Estimation", ICASSP 2022, arXiv:2203.09893.
    """

    summary = "Any pitched instrument, chords included; needs a small network to be added."
    source = "Bittner et al., ICASSP 2022"
    kinds = ("piano", "guitar", "bass", "other", "vocals")
    pitch_range = (21, 108)
    licence = "Apache-2.0"
    weights = "basic-pitch"
    devices = ("cpu",)
    decoder = staticmethod(held)
    version = 1

    sample_rate = _RATE
    hop = _HOP
    context_seconds = 2.0
    level_db = None  # the network levels each window itself

    def __init__(self, network: Network) -> None:
        self._network = network

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> BasicPitchDetector:
        """A detector on the processor, with the network in the ONNX file ``weights``.

        Raises:
            EngineMissingError: ONNX Runtime is not installed.
            ModelMissingError: there are no weights.
            ModelMismatchError: ``weights`` is not this network.
        """
        if weights is None:
            how = f"`stemwright models show {cls.weights}` says where they are and how to add them."
            raise ModelMissingError(name="basic-pitch", how=how)
        if find_spec("onnxruntime") is None:
            raise EngineMissingError(engine="Basic Pitch", package="onnxruntime")
        return cls(_on_onnxruntime(weights))

    def detect(self, audio: Audio) -> Activations:
        """What the network hears of 88 pitches, A0 upwards."""
        samples = audio.mono()
        n_frames = -(-len(samples) // _HOP)
        n_windows = -(-n_frames // _STEP)
        before = _EDGE * _HOP
        padded = np.pad(samples, (before, n_windows * _STEP * _HOP + _WINDOW - len(samples)))
        frame = np.zeros((n_windows * _STEP, 88), np.float32)
        onset = np.zeros_like(frame)
        for first in range(0, n_windows, _BATCH):
            numbers = range(first, min(first + _BATCH, n_windows))
            starts = [number * _STEP * _HOP for number in numbers]
            windows = np.stack([padded[start : start + _WINDOW] for start in starts])[..., None]
            rows = slice(first * _STEP, (first + len(starts)) * _STEP)
            for layer, heard in zip((frame, onset), self._network(windows), strict=True):
                layer[rows] = heard[:, _EDGE : _EDGE + _STEP].reshape(-1, 88)
        return Activations(
            onset=np.clip(onset[:n_frames], 0.0, 1.0),
            frame=np.clip(frame[:n_frames], 0.0, 1.0),
            offset=None,
            frames_per_second=_RATE / _HOP,
            lowest_pitch=21,
        )


def _on_onnxruntime(weights: Path) -> Network:
    """The network in ``weights``, on one thread a core, or an error that says what is wrong."""
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        reason = "it holds no ONNX network that can be read"
        raise ModelMismatchError(file=weights.name, reason=reason) from error
    named = [value.name for value in (*session.get_inputs(), *session.get_outputs())]
    if not {_INPUT, *_OUTPUTS} <= set(named):
        raise ModelMismatchError(file=weights.name, reason="it holds another network")

    def run(windows: Layer) -> tuple[Layer, Layer]:
        sounding, onset = session.run(_OUTPUTS, {_INPUT: windows})
        return sounding, onset

    return run
