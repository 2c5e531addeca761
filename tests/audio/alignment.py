"""One sound in every kind of file, and by how much it comes out elsewhere.

``python tests/audio/alignment.py`` prints the table of docs/alignment.md: each file decoded, and
taken apart by the classical engine, against the WAV of the same sound. Files of LAME, shine, FDK,
oggenc, opusenc and ffmpeg are added where these programs are installed. About five minutes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import lfilter

from studio.audio.decode import decode
from studio.audio.wav import Wav
from studio.job import Job

Signal = NDArray[np.float32]
Maker = Callable[[Path, Signal, int], object]
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


# The sound.


@cache
def song(rate: int, channels: int = 2, seconds: float = 8.0) -> Signal:
    """A bass, a held chord, a wavering voice and clicks; an odd number of samples long.

    Every stem of the classical engine gets something, and nothing repeats before a second.
    """
    rng = np.random.default_rng(440)
    time = np.arange(round(seconds * rate) + 137) / rate
    top = min(5000.0, 0.4 * rate)
    bass = sum(
        _tone(time, 98 * 2 ** (step / 12), 0.5 * number, 0.45, top)
        for number, step in enumerate(rng.permutation(round(2 * seconds)) % 13)
    )
    voice = np.sin(2 * np.pi * 330 * time + 6 * np.sin(2 * np.pi * 5.1 * time)) * np.sin(
        np.pi * 0.61 * time
    )
    click = np.zeros_like(time)
    length = round(0.045 * rate)
    for start in np.sort(rng.uniform(0, seconds - 0.1, round(2.3 * seconds))) * rate:
        burst = rng.standard_normal(length) * np.exp(-np.arange(length) / (0.007 * rate))
        click[int(start) : int(start) + length] += burst
    chord = sum(_tone(time, hertz, 0.0, seconds, top) for hertz in (440.0, 554.4, 659.3))
    middle = 0.2 * bass + 0.12 * click + 0.12 * voice
    sides = [(-1) ** channel * 0.07 * chord for channel in range(channels)]
    return np.stack([middle + side for side in sides]).astype(np.float32)


def _tone(time: NDArray[Any], hertz: float, start: float, seconds: float, top: float) -> Any:
    since = time - start
    gate = (since >= 0) & (since < seconds)
    wave = sum(np.sin(2 * np.pi * hertz * k * since) / k for k in (1, 2, 3, 5) if hertz * k < top)
    return np.where(gate, wave * np.exp(-np.maximum(since, 0)), 0.0)


def offset(reference: NDArray[Any], take: NDArray[Any]) -> float:
    """By how many samples ``take`` comes later: the top of the cross-correlation, by a parabola."""
    size = 1 << (len(reference) + len(take)).bit_length()
    spectrum = np.fft.rfft(take, size) * np.conj(np.fft.rfft(reference, size))
    curve = np.fft.irfft(spectrum, size)
    best = int(np.argmax(curve))
    before, here, after = curve[best - 1], curve[best], curve[(best + 1) % size]
    part = 0.5 * (before - after) / (before - 2 * here + after)
    return (best if best < size // 2 else best - size) + float(part)


# Files.


def encode(
    path: Path,
    samples: Signal,
    sample_rate: int,
    codec: str,
    container: str | None = None,
    video: bool = False,
    sample_format: str | None = None,
    options: dict[str, str] | None = None,
    start: float = 0.0,
    **context: Any,
) -> Path:
    """Write by libav's encoders; the first sample is said to sound at ``start`` seconds."""
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
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
            out.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
            out.mux(picture.encode(None))
        convert = av.AudioResampler(
            encoder.format, layout, sample_rate, frame_size=encoder.frame_size or 1024
        )
        for frame in _frames(samples, sample_rate, layout, round(start * sample_rate)):
            for part in convert.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def _frames(samples: Signal, rate: int, layout: str, first: int) -> Iterator[av.AudioFrame | None]:
    for start in range(0, samples.shape[1], 65536):
        packed = np.ascontiguousarray(samples[:, start : start + 65536].T.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, "flt", layout)
        frame.sample_rate, frame.pts = rate, first + start
        yield frame
    yield None


def _by_sndfile(path: Path, samples: Signal, rate: int, container: str, subtype: str) -> None:
    with soundfile.SoundFile(
        path, "w", rate, len(samples), subtype, format=container
    ) as out:  # in pieces: libsndfile's Vorbis encoder overflows its stack on long writes
        for start in range(0, samples.shape[1], 65536):
            out.write(samples[:, start : start + 65536].T)


def _patched(
    path: Path, samples: Signal, rate: int, make: Maker, patch: Callable[..., bytes]
) -> None:
    make(path, samples, rate)
    path.write_bytes(patch(path.read_bytes(), samples.shape[1]))


def _remuxed(path: Path, samples: Signal, rate: int, make: Maker, container: str) -> None:
    """The packets of one file in another container."""
    make(path.with_suffix(".first"), samples, rate)
    with (
        av.open(str(path.with_suffix(".first"))) as source,
        av.open(str(path), "w", format=container) as out,
    ):
        stream = out.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                packet.stream = stream
                out.mux(packet)


def foreign_tag(content: bytes, frames: int) -> bytes:
    """An MP3 whose Xing header was written by a program nobody knows."""
    at = _lame_part(content)
    return content[:at] + b"Hmmm" + content[at + 4 :]


def zero_delay(content: bytes, frames: int) -> bytes:
    """An MP3 whose LAME tag states no delay, as libshine's by ffmpeg does."""
    at = _lame_part(content) + 21
    assert int.from_bytes(content[at : at + 3], "big") >> 12 == 576
    return content[:at] + bytes(3) + content[at + 3 :]


def _lame_part(content: bytes) -> int:
    """Behind name, flags, frames, bytes, seek table and quality."""
    tag = next(found for name in (b"Xing", b"Info") if (found := content.find(name)) >= 0)
    return tag + 4 + 4 + 4 + 4 + 100 + 4


def with_picture(content: bytes, frames: int) -> bytes:
    """Behind an ID3v2 tag with a picture of 2 MB."""
    image = b"\xff\xd8\xff" + np.random.default_rng(1).bytes(2_000_000)
    body = b"\0image/jpeg\0\3\0" + image
    frame = b"APIC" + _seven_bits(len(body)) + bytes(2) + body
    return b"ID3\4\0\0" + _seven_bits(len(frame)) + frame + content


def _seven_bits(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def with_itunes(content: bytes, frames: int) -> bytes:
    """An M4A, its index last, that says in ``iTunSMPB`` where the sound of ``frames`` lies."""
    padding = -(1024 + frames) % 1024
    text = f" 00000000 {1024:08X} {padding:08X} {frames:016X}" + " 00000000" * 8
    item = _atom(
        b"----",
        _atom(b"mean", bytes(4) + b"com.apple.iTunes")
        + _atom(b"name", bytes(4) + b"iTunSMPB")
        + _atom(b"data", b"\0\0\0\1" + bytes(4) + text.encode()),
    )
    handler = _atom(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    meta = _atom(b"meta", bytes(4) + handler + _atom(b"ilst", item))
    at = content.rindex(b"moov") - 4
    size = int.from_bytes(content[at : at + 4], "big")
    assert at + size == len(content)
    # What tags there are go: the first of two lists would hide the second.
    moov = content[at + 8 :].replace(b"udta", b"free")
    return content[:at] + _atom(b"moov", moov + _atom(b"udta", meta))


def _atom(name: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


# What is expected of each.


@dataclass(frozen=True)
class Case:
    """One kind of file.

    Attributes:
        late: How many samples its sound comes out late: 0 where the file states its delay.
        longer: How many samples more come out; None where the file does not state its end.
        note: What the user hears about it; empty where nothing has to be said.
    """

    name: str
    suffix: str
    make: Maker
    rate: int = 44_100
    channels: int = 2
    late: int = 0
    longer: int | None = 0
    note: str = ""

    def reference(self, sound: Signal) -> Signal:
        """What a WAV has to hold for comparison.

        Opus' encoder begins with a high-pass filter of one pole at 3 Hz (``dc_reject`` in libopus),
        which turns the phase of a bass by up to two samples and moves nothing.
        """
        if "Opus" not in self.name:
            return sound
        pole = 1 - 6.3 * 3 / self.rate
        return lfilter([1.0, -1.0], [1.0, -pole], sound.astype(float)).astype(np.float32)


def lav(codec: str, container: str, **options: Any) -> Maker:
    return partial(encode, codec=codec, container=container, **options)


def patched(make: Maker, *patches: Callable[..., bytes]) -> Maker:
    for patch in patches:
        make = partial(_patched, make=make, patch=patch)
    return make


MP3, AAC = lav("libmp3lame", "mp3"), lav("aac", "ipod")
UNTAGGED = lav("libmp3lame", "mp3", options={"write_xing": "0"})
VARIABLE = {"global_quality": 2 * 118, "flags": 0x2}
UNTAGGED_VARIABLE = lav("libmp3lame", "mp3", options={"write_xing": "0"}, **VARIABLE)
NO_EDITS = lav("aac", "ipod", options={"use_editlist": "0"})
VORBIS = partial(_by_sndfile, container="OGG", subtype="VORBIS")
IN_MP3, IN_AAC = "1105 samples", "1024 to 2112 samples"

CASES = (
    Case("WAV 24 bit", ".wav", partial(_by_sndfile, container="WAV", subtype="PCM_24")),
    Case("AIFF", ".aiff", partial(_by_sndfile, container="AIFF", subtype="PCM_16")),
    Case("FLAC", ".flac", partial(_by_sndfile, container="FLAC", subtype="PCM_24")),
    Case("FLAC, 96 kHz", ".flac", lav("flac", "flac"), 96_000),
    Case("FLAC in Matroska from 5 s on", ".mkv", lav("flac", "matroska", start=5.0)),
    Case("ALAC", ".m4a", lav("alac", "ipod")),
    Case("WavPack", ".wv", lav("wavpack", "wv")),
    Case("MP3 192 kbit/s", ".mp3", MP3),
    Case("MP3 48 kHz", ".mp3", MP3, 48_000),
    Case("MP3 32 kHz", ".mp3", MP3, 32_000),
    Case("MP3 22.05 kHz", ".mp3", lav("libmp3lame", "mp3", bit_rate=64_000), 22_050),
    Case("MP3 8 kHz, mono", ".mp3", lav("libmp3lame", "mp3", bit_rate=32_000), 8_000, 1),
    Case("MP3 variable rate", ".mp3", lav("libmp3lame", "mp3", **VARIABLE)),
    Case("MP3 behind a picture of 2 MB", ".mp3", patched(MP3, with_picture)),
    Case("MP3 without a tag", ".mp3", UNTAGGED, late=1105, longer=None, note=IN_MP3),
    Case("MP3 without a tag, 22.05 kHz", ".mp3",
         lav("libmp3lame", "mp3", options={"write_xing": "0"}, bit_rate=64_000), 22_050,
         late=1105, longer=None, note=IN_MP3),
    Case("MP3 variable rate without a tag", ".mp3", UNTAGGED_VARIABLE,
         late=1105, longer=None, note=IN_MP3),
    Case("MP3 without a tag behind a picture", ".mp3", patched(UNTAGGED, with_picture),
         late=1105, longer=None, note=IN_MP3),
    Case("MP3 with a tag of an unknown program", ".mp3", patched(MP3, foreign_tag),
         late=1105, longer=None, note=IN_MP3),
    Case("MP3 whose tag states a delay of 0", ".mp3", patched(MP3, zero_delay),
         late=576, longer=None, note="576 samples"),
    Case("MP3 in Matroska from 5 s on", ".mkv", lav("libmp3lame", "matroska", start=5.0)),
    Case("MP3 in MPEG-TS", ".ts", lav("libmp3lame", "mpegts"),
         late=1105, longer=None, note=IN_MP3),
    Case("MP2", ".mp2", lav("mp2", "mp2"), late=481, longer=None, note="481 samples"),
    Case("AAC in M4A", ".m4a", AAC),
    Case("AAC in M4A, index first", ".m4a",
         lav("aac", "ipod", options={"movflags": "faststart"})),
    Case("AAC in M4A, 8 kHz, mono", ".m4a", lav("aac", "ipod", bit_rate=32_000), 8_000, 1),
    Case("AAC in M4A, 96 kHz", ".m4a", AAC, 96_000),
    Case("AAC in M4A, 6 channels", ".m4a", lav("aac", "ipod", bit_rate=384_000), 48_000, 6,
         note="6 channels were mixed down"),
    Case("AAC in M4A, edits and iTunSMPB", ".m4a", patched(AAC, with_itunes)),
    Case("AAC in M4A, iTunSMPB alone", ".m4a", patched(NO_EDITS, with_itunes)),
    Case("AAC in M4A, neither", ".m4a", NO_EDITS, late=1024, longer=None, note=IN_AAC),
    Case("AAC in fragments", ".mp4", lav("aac", "mp4", options={"movflags": "dash+delay_moov"})),
    Case("AAC in Matroska", ".mkv", lav("aac", "matroska"), longer=None),
    Case("AAC in Matroska from 5 s on", ".mkv", lav("aac", "matroska", start=5.0), longer=None),
    Case("AAC, raw (ADTS)", ".aac", lav("aac", "adts"), late=1024, longer=None, note=IN_AAC),
    Case("Vorbis", ".ogg", VORBIS),
    Case("Vorbis in WebM", ".webm", partial(_remuxed, make=VORBIS, container="webm"), longer=None),
    Case("Opus", ".opus", lav("libopus", "ogg"), 48_000),
    Case("Opus in WebM", ".webm", lav("libopus", "webm"), 48_000),
    Case("Opus in WebM from 5 s on", ".webm", lav("libopus", "webm", start=5.0), 48_000),
    Case("Opus in MP4", ".mp4", lav("libopus", "mp4"), 48_000),
    Case("AC-3 in Matroska", ".mkv", lav("ac3", "matroska"), longer=None),
    Case("AC-3 in AVI", ".avi", lav("ac3", "avi"), late=256, longer=None, note="256 samples"),
    Case("WMA", ".wma", lav("wmav2", "asf"), late=-2048, longer=None, note="ms were left out"),
)  # fmt: skip
BY_NAME = {case.name: case for case in CASES}


# What comes out.


@dataclass(frozen=True)
class Found:
    """By how many samples a file's sound lies late and is longer than the WAV's; what was said."""

    late: float
    longer: int
    notes: tuple[str, ...]


def compare(case: Case, folder: Path, sound: Signal | None = None) -> Found:
    """Decode a case's file and the WAV of the same sound."""
    sound = song(case.rate, case.channels) if sound is None else sound
    path = folder / f"song{case.suffix}"
    case.make(path, sound, case.rate)
    soundfile.write(folder / "reference.wav", case.reference(sound).T, case.rate, "FLOAT")
    said = decode(path, folder / "decoded.wav", Job())
    decode(folder / "reference.wav", folder / "wanted.wav", Job())
    with Wav(folder / "decoded.wav") as got, Wav(folder / "wanted.wav") as want:
        assert got.sample_rate == want.sample_rate
        late = offset(want.read(0, want.frames)[0], got.read(0, got.frames)[0])
        return Found(late, got.frames - want.frames, said.notes)


def stems_of(path: Path, out: Path) -> tuple[dict[str, Signal], list[str]]:
    """The stems ``process`` writes of a file, and the notes the user hears."""
    from studio.pipeline.song import ProcessOptions, process

    heard: list[str] = []
    options = ProcessOptions(
        song=str(path), out=str(out), tempo=120.0, transcribe=[], targets=("stems",)
    )
    process(options, Job(notes=heard.append))
    found = sorted((out / path.stem / "Stems").glob("* - 0[1-9] *.wav"))
    return {
        stem.stem.split()[-1]: soundfile.read(stem, always_2d=True)[0].T for stem in found
    }, heard


def late_stems(stems: dict[str, Signal], wanted: dict[str, Signal]) -> dict[str, float]:
    """By how many samples each stem lies late."""
    assert stems.keys() == wanted.keys()
    return {name: offset(wanted[name][0], stems[name][0]) for name in wanted}


# The table.

_LAME = ("lame", "--quiet")
PROGRAMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    *((f"lame, {rate} Hz, {what}", ".mp3", (*_LAME, *flags, "--resample", str(rate / 1000)))
      for rate in (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)
      for what, flags in {
          "CBR": ("-b", "64"), "V2": ("-V2",), "ABR": ("--abr", "64"),
          "CBR without tag": ("-t", "-b", "64"),
      }.items()),
    ("fdkaac, edit list", ".m4a", ("fdkaac", "-S", "-G", "1", "-b", "128", "IN", "-o")),
    ("fdkaac, iTunSMPB", ".m4a", ("fdkaac", "-S", "-G", "0", "-b", "128", "IN", "-o")),
    ("fdkaac, ADTS", ".aac", ("fdkaac", "-S", "-f", "2", "-b", "128", "IN", "-o")),
    ("fdkaac, HE-AAC, edit list", ".m4a",
     ("fdkaac", "-S", "-p", "5", "-G", "1", "-b", "48", "IN", "-o")),
    ("fdkaac, HE-AAC, iTunSMPB", ".m4a",
     ("fdkaac", "-S", "-p", "5", "-G", "0", "-b", "48", "IN", "-o")),
    ("fdkaac, HE-AAC v2, edit list", ".m4a",
     ("fdkaac", "-S", "-p", "29", "-G", "1", "-b", "32", "IN", "-o")),
    ("oggenc", ".ogg", ("oggenc", "-Q", "IN", "-o")),
    ("opusenc", ".opus", ("opusenc", "--quiet", "IN")),
    ("ffmpeg, libshine", ".mp3",
     ("ffmpeg", "-y", "-v", "error", "-i", "IN", "-c:a", "libshine")),
    ("ffmpeg, libshine without tag", ".mp3",
     ("ffmpeg", "-y", "-v", "error", "-i", "IN", "-c:a", "libshine", "-write_xing", "0")),
    ("ffmpeg, libvorbis in WebM", ".webm",
     ("ffmpeg", "-y", "-v", "error", "-i", "IN", "-c:a", "libvorbis")),
)  # fmt: skip


def _by_program(path: Path, samples: Signal, rate: int, command: tuple[str, ...]) -> None:
    source = path.with_suffix(".source.wav")
    soundfile.write(source, samples.T, rate, "PCM_16")
    filled = [str(source) if word == "IN" else word for word in command]
    whole = [*filled, str(path)] if "IN" in command else [*filled, str(source), str(path)]
    subprocess.run(whole, check=True, capture_output=True)


def _installed() -> Iterator[Case]:
    for name, suffix, command in PROGRAMS:
        if shutil.which(command[0]):
            rate = 48_000 if suffix == ".opus" else 44_100
            if command[0] == "lame":
                rate = round(float(command[-1]) * 1000)
            yield Case(name, suffix, partial(_by_program, command=command), rate)


def main(names: list[str]) -> None:
    """Print a row for every case, or for those named."""
    print("| file | late | longer | stems late | said |\n|---|---|---|---|---|")
    wanted: dict[tuple[int, int, bool], dict[str, Signal]] = {}
    for case in (*CASES, *_installed()):
        if names and case.name not in names:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder, sound = Path(name), song(case.rate, case.channels)
            found = compare(case, folder, sound)
            stems: dict[str, float] = {}
            if case in CASES:
                kind = case.rate, case.channels, "Opus" in case.name
                if kind not in wanted:
                    wanted[kind] = stems_of(folder / "reference.wav", folder / "of the wav")[0]
                got = stems_of(folder / f"song{case.suffix}", folder / "out")[0]
                stems = late_stems(got, wanted[kind])
        far = max(stems.values(), key=lambda late: abs(late - case.late), default=np.nan)
        shown = "" if np.isnan(far) else f"{far:.2f}"
        said = "; ".join(found.notes)
        print(f"| {case.name} | {found.late:.2f} | {found.longer} | {shown} | {said} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
