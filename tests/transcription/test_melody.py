"""The melody detector and its note model: one voice, as sung, and silence where none sings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.job import Job
from studio.lab.notes.sung import SAMPLE_RATE, sung_line
from studio.music.notes import Notes
from studio.music.take import TakeOptions, choose
from studio.transcription import listen as listening
from studio.transcription.contract import Activations
from studio.transcription.decoders import melody as model
from studio.transcription.decoders.melody import melody
from studio.transcription.engines.melody import MelodyDetector
from studio.transcription.listen import listen

Wav = Callable[..., Path]


@pytest.fixture(scope="module")
def detector() -> MelodyDetector:
    return MelodyDetector.open("cpu")


def heard(detector: MelodyDetector, path: Path, threshold: float = 0.55) -> Notes:
    found = detector.decoder(listen(detector, path, Job()))
    return choose(found, TakeOptions(onset_threshold=threshold))


def activations(frame: NDArray[np.float32], rise: NDArray[np.float32] | None = None) -> Activations:
    """What the decoder gets; without a rise anywhere unless said."""
    rise = np.zeros(len(frame), np.float32) if rise is None else rise
    onset = np.repeat(rise[:, None], frame.shape[1], axis=1)
    return Activations(onset, frame, None, 100.0, 48)


@pytest.mark.parametrize("timbre", ["sine", "saw", "struck"])
def test_a_scale_is_heard_and_dated(
    detector: MelodyDetector, scale: Notes, render: Any, wav: Wav, f_measure: Any, timbre: str
) -> None:
    """Every note of two octaves; the median onset error is below 5 ms."""
    found = heard(detector, wav(render(scale, timbre)[None]))

    assert f_measure(scale, found) >= 0.95
    errors = [
        note.onset - scale.onset[scale.pitch == note.pitch][0]
        for note in found
        if note.pitch in scale.pitch
    ]
    assert abs(np.median(errors)) < 0.005


def test_a_note_that_sounds_from_the_first_sample_is_found(
    detector: MelodyDetector, render: Any, wav: Wav
) -> None:
    """At time 0, not lost."""
    tone = Notes.columns(np.array([0.0]), np.array([57]), np.array([1.0]))

    found = heard(detector, wav(render(tone, "saw")[None]))

    assert found.pitch.tolist() == [57]
    assert found.onset == pytest.approx([0.0], abs=0.02)
    assert found.offset == pytest.approx([1.0], abs=0.05)


def test_vibrato_is_one_note(detector: MelodyDetector, wav: Wav) -> None:
    """Three quarters of a semitone either way, 5.5 times a second."""
    t = np.arange(2 * 44100) / 44100
    bend = 0.75 * np.sin(2 * np.pi * 5.5 * t)
    phase = 2 * np.pi * np.cumsum(220 * 2 ** (bend / 12)) / 44100
    voice = sum(np.sin(k * phase) / k for k in range(1, 12)) * 0.1
    quiet = np.zeros(22050)

    found = heard(detector, wav(np.concatenate([quiet, voice, quiet])[None]))

    assert found.pitch.tolist() == [57]


def test_a_repeated_note_is_two(detector: MelodyDetector, render: Any, wav: Wav) -> None:
    """With a new attack each, though the pitch never stops."""
    onset = np.array([0.5, 1.0, 1.5])
    notes = Notes.columns(onset, np.full(3, 60), onset + 0.48)

    found = heard(detector, wav(render(notes, "struck")[None]))

    assert found.pitch.tolist() == [60, 60, 60]
    assert found.onset == pytest.approx(onset, abs=0.02)


def test_noise_and_clicks_have_no_notes(
    detector: MelodyDetector, rng: np.random.Generator, wav: Wav
) -> None:
    """Loud noise, what leaks into an empty stem, one click, and nothing at all."""
    noise = rng.standard_normal((1, 44100 * 6)).astype(np.float32)
    click = np.zeros((1, 44100), np.float32)
    click[0, 22050] = 0.9

    for sound in (0.3 * noise, 1e-4 * noise, click, 0 * click, click[:, :0]):
        assert len(heard(detector, wav(sound.astype(np.float32)))) == 0


def test_eight_kilohertz_will_do(
    detector: MelodyDetector, scale: Notes, render: Any, wav: Wav, f_measure: Any
) -> None:
    """As a telephone has it."""
    path = wav(render(scale, "struck", 8000)[None], 8000)

    assert f_measure(scale, heard(detector, path)) >= 0.9


def test_sung_lines_are_heard(detector: MelodyDetector, wav: Wav, f_measure: Any) -> None:
    """Two rendered lines with vibrato, slides and repeats; 0.8 when this was written."""
    scores = []
    for number in (100, 101):
        sound, notes = sung_line(number, 12.0)
        scores.append(f_measure(notes, heard(detector, wav(sound[None], SAMPLE_RATE))))

    assert np.mean(scores) >= 0.7


def test_stretches_are_the_whole(
    detector: MelodyDetector, wav: Wav, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stem heard two seconds at a time is that heard in one piece."""
    sound, _ = sung_line(102, 7.0)
    path = wav(sound[None], SAMPLE_RATE)
    whole = listen(detector, path, Job())

    monkeypatch.setattr(listening, "_STRETCH_SECONDS", 2.0)
    parted = listen(detector, path, Job())

    np.testing.assert_allclose(parted.frame, whole.frame, atol=1e-4)
    np.testing.assert_allclose(parted.onset, whole.onset, atol=1e-4)


@pytest.mark.data
def test_singing(detector: MelodyDetector, data: Path, wav: Wav, f_measure: Any) -> None:
    """vocadito, two annotators: 0.71 and 0.78 when this was written; they agree to 0.86."""
    folder = data / "eval/notes/vocadito_1"
    samples, rate = sf.read(folder / "audio.flac", dtype="float32", always_2d=True)
    found = heard(detector, wav(samples.T, rate))

    for annotator, least in (("A1", 0.67), ("A2", 0.73)):
        start, hertz, length = np.loadtxt(folder / f"notes{annotator}.csv", delimiter=",").T
        pitch = np.rint(69 + 12 * np.log2(hertz / 440)).astype(int)
        assert f_measure(Notes.columns(start, pitch, start + length), found) >= least


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(0, 300))
def test_any_activations_give_a_melody(seed: int, size: int) -> None:
    """One note at a time, in order, within the stem; a higher threshold gives a subset."""
    draw = np.random.default_rng(seed)
    frame = (draw.random((size, 12)) ** 4).astype(np.float32)
    found = melody(activations(frame, draw.random(size).astype(np.float32)))

    assert (found.offset > found.onset).all()
    assert (found.offset <= size / 100 + 1e-9).all()
    assert ((found.strength >= 0) & (found.strength <= 1)).all()
    alone = found.without_overlaps()
    assert (alone.offset[:-1] <= alone.onset[1:] + 1e-9).all()
    sets = [set(choose(found, TakeOptions(float(t)))) for t in np.linspace(0, 1, 12)]
    assert all(more >= fewer for more, fewer in pairwise(sets))


def test_a_long_stem_in_pieces_is_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where silence parts the phrases, decoding them one by one changes nothing."""
    frame = np.full((4000, 12), 1e-3, np.float32)
    for start in range(100, 4000, 300):
        frame[start : start + 120, start // 300 % 12] = 0.95
    whole = melody(activations(frame))

    monkeypatch.setattr(model, "_PIECE_SECONDS", 2.0)

    parted = melody(activations(frame))
    assert len(whole) == 13
    assert parted.pitch.tolist() == whole.pitch.tolist()
    for name in ("onset", "offset", "strength"):
        assert getattr(parted, name) == pytest.approx(getattr(whole, name), abs=1e-6)


def test_the_decoder_is_viterbi() -> None:
    """The path it finds is as likely as the best of all paths, by brute force on small cases."""
    draw = np.random.default_rng(440)
    for _ in range(20):
        frame, rise = draw.random((5, 2)), draw.random(5)
        path = model._traced(model._forward(frame, rise))

        assert score(path, frame, rise) == pytest.approx(best_of_all(frame, rise), abs=1e-9)


def ways(frame: NDArray[np.float64], rise: NDArray[np.float64]) -> dict[str, Any]:
    """The model once more, plainly: silence, (attack, pitch), (steady, pitch)."""
    size, pitches = frame.shape
    states = ["silence", *((kind, p) for kind in ("attack", "steady") for p in range(pitches))]
    wide = model._on_the_way(frame)
    change = np.exp(model._changes(pitches))

    def step(one: Any, other: Any, at: int) -> float:
        begun = np.exp(model._STEADY + model._RISING * rise[at])
        if one == "silence":
            if other == "silence":
                return 1 - model._BEGIN
            return model._BEGIN / pitches * begun if other[0] == "attack" else 0.0
        if one[0] == "attack":
            if other == "silence" or other[1] != one[1]:
                return 0.0
            return model._SETTLED if other[0] == "steady" else 1 - model._SETTLED
        if other == "silence":
            return model._END
        if other[0] == "attack":
            return float(change[other[1], one[1]]) * begun
        return 1 - model._END - model._CHANGE - model._REPEAT if other == one else 0.0

    def seen(state: Any, at: int) -> float:
        if state == "silence":
            return max(1 - frame[at].max(), model._LEAST)
        layer = wide if state[0] == "attack" else frame
        return float(np.clip(layer[at, state[1]], model._LEAST, 1))

    return {"states": states, "step": step, "seen": seen, "size": size}


def best_of_all(frame: NDArray[np.float64], rise: NDArray[np.float64]) -> float:
    """The likelihood of the best path, state by state, without any of the decoder's code."""
    m = ways(frame, rise)
    best = {state: 1.0 if state == "silence" else 0.0 for state in m["states"]}
    for at in range(m["size"]):
        best = {
            other: max(best[one] * m["step"](one, other, at) for one in m["states"])
            * m["seen"](other, at)
            for other in m["states"]
        }
    # A path that ends in an attack has no note yet: the decoder ends in silence or a steady note.
    return float(np.log(max(v for s, v in best.items() if s == "silence" or s[0] == "steady")))


def score(
    notes: list[tuple[int, int, int]], frame: NDArray[np.float64], rise: NDArray[np.float64]
) -> float:
    """The best likelihood of a path that has exactly these notes."""
    m = ways(frame, rise)
    onsets = {onset: pitch for onset, pitch, _ in notes}
    best = {state: 1.0 if state == "silence" else 0.0 for state in m["states"]}
    for at in range(m["size"]):
        new = {}
        for other in m["states"]:
            found = 0.0
            for one in m["states"]:
                fresh = other[0] == "attack" and (one == "silence" or one[0] == "steady")
                if fresh != (at in onsets and other == ("attack", onsets.get(at))):
                    continue
                if at in onsets and other != ("attack", onsets[at]):
                    continue
                inside = [p for s, p, e in notes if s <= at < e]
                if (other == "silence") != (not inside):
                    continue
                found = max(found, best[one] * m["step"](one, other, at))
            new[other] = found * m["seen"](other, at)
        best = new
    return float(np.log(max(v for s, v in best.items() if s == "silence" or s[0] == "steady")))
