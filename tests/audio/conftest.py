"""Signals whose place in time is unmistakable, and encoders for every format that is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.decode import Decoded, decode
from studio.audio.wav import Wav
from studio.job import Job

Signal = NDArray[np.float32]
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


@pytest.fixture
def bursts(rng: np.random.Generator) -> Callable[..., Signal]:
    """``bursts(frames, channels)``: noise bursts at uneven places over faint noise."""

    def make(frames: int, channels: int = 2) -> Signal:
        sound = 0.01 * rng.standard_normal((channels, frames))
        for start in np.linspace(0.03, 0.8, 7) ** 1.3 * frames:
            length = min(2000, frames // 9)
            at = slice(int(start), int(start) + length)
            sound[:, at] += np.hanning(length) * rng.uniform(-0.5, 0.5, (channels, length))
        # Lossy codecs keep what is below 4 kHz best.
        return np.stack([np.convolve(c, np.full(5, 0.2), "same") for c in sound]).astype("f4")

    return make


@pytest.fixture
def encode() -> Callable[..., Path]:
    """``encode(path, samples, sample_rate, codec, ...)``: write by libav's encoders."""

    def write(
        path: Path,
        samples: Signal,
        sample_rate: int,
        codec: str,
        container: str | None = None,
        video: bool = False,
        sample_format: str | None = None,
        options: dict[str, str] | None = None,
        **context: Any,
    ) -> Path:
        layout = LAYOUTS[len(samples)]
        with av.open(str(path), "w", format=container, options=options or {}) as out:
            picture = out.add_stream("mpeg4", rate=25) if video else None
            stream = out.add_stream(codec, rate=sample_rate)
            encoder = stream.codec_context
            encoder.layout = layout
            encoder.format = sample_format or av.Codec(codec, "w").audio_formats[0]
            for name, value in {"bit_rate": 192_000, **context}.items():
                setattr(encoder, name, value)
            encoder.open()
            convert = av.AudioResampler(
                encoder.format, layout, sample_rate, frame_size=encoder.frame_size or 1024
            )
            frames: list[av.AudioFrame | None] = []
            for start in range(0, samples.shape[1], 65536):
                packed = np.ascontiguousarray(samples[:, start : start + 65536].T.reshape(1, -1))
                frame = av.AudioFrame.from_ndarray(packed, "flt", layout)
                frame.sample_rate, frame.pts = sample_rate, start
                frames.append(frame)
            if picture is not None:
                picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
                out.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
                out.mux(picture.encode(None))
            for frame in [*frames, None]:
                for part in convert.resample(frame):
                    out.mux(stream.encode(part))
            out.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def decoded(tmp_path: Path) -> Callable[[Path], tuple[Signal, Decoded]]:
    """``decoded(path)``: the samples ``decode`` makes of a file, and what it says about them."""

    def run(path: Path) -> tuple[Signal, Decoded]:
        target = tmp_path / "decoded.wav"
        said = decode(path, target, Job())
        with Wav(target) as wav:
            assert (wav.sample_rate, wav.channels, wav.frames) == (
                said.sample_rate,
                said.channels,
                said.frames,
            )
            return wav.read(0, wav.frames), said

    return run


@pytest.fixture
def lag() -> Callable[[Signal, Signal], int]:
    """``lag(reference, take)``: by how many samples ``take`` comes later, by cross-correlation."""

    def find(reference: Signal, take: Signal) -> int:
        size = 1 << (reference.shape[1] + take.shape[1]).bit_length()
        spectrum = np.fft.rfft(take[0], size) * np.conj(np.fft.rfft(reference[0], size))
        best = int(np.argmax(np.fft.irfft(spectrum, size)))
        return best if best < size // 2 else best - size

    return find
