"""The attack-decay-sustain-release tracker: as published, and mended."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.music.take import TakeOptions, choose
from studio.transcription.contract import Activations
from studio.transcription.decoders.adsr import EARLY_SECONDS, adsr

Floats = NDArray[np.float64]
NONE = -np.inf


def reference_path(onset: Floats, note: Floats, offset: Floats) -> list[int] | None:
    """One pitch's most likely states, from the definition, state by state and frame by frame.

    States: 0 silence, 1-2 attack, 3-4 decay, 5 sustain, 6 release. All seven are equally likely
    before a first transition; of equal ways the one from the lowest state wins.
    """
    total = 0.8 + 0.8 + 0.5
    ways: dict[tuple[int, int], float] = {(0, 0): 0.2, (0, 1): 0.8, (6, 0): 1.0}
    for state in (1, 2, 3, 4):
        ways[state, 0], ways[state, state + 1] = 0.2, 0.8
    ways[5, 5], ways[5, 1], ways[5, 6] = 0.8 / total, 0.8 / total, 0.5 / total
    seen = [1 - onset, onset, onset, note, note, note, offset]
    with np.errstate(divide="ignore"):
        log_seen = [np.log(values) for values in seen]
    score = [float(-np.log(7.0))] * 7
    came_from: list[list[int]] = []
    for frame in range(len(onset)):
        best, source = [NONE] * 7, [0] * 7
        for (start, end), probability in sorted(ways.items()):
            way = (score[start] + np.log(probability)) + log_seen[end][frame]
            if way > best[end]:
                best[end], source[end] = way, start
        score = best
        came_from.append(source)
    if max(score) == NONE:
        return None
    state = score.index(max(score))
    path = []
    for source in reversed(came_from):
        path.append(state)
        state = source[state]
    return path[::-1]


def reference_notes(
    onset: Floats, note: Floats, offset: Floats, threshold: float
) -> list[tuple[int, int]]:
    """First frame and length of the notes of one pitch at an onset threshold."""
    path = reference_path(onset, note, offset)
    if path is None:
        return []
    marked = [2 <= state <= 5 for state in path]
    edges = [i for i in range(len(path) - 1) if marked[i] != marked[i + 1]]
    if len(edges) % 2:
        edges.append(len(path))
    found = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        complete = {1, 2, 3, 4, 5} <= set(path[start:stop])
        if complete and note[start:stop].max() >= 0.5 and onset[start:stop].max() >= threshold:
            found.append((start, stop - start))
    return found


def activations(values: NDArray[np.floating]) -> Activations:
    """From an array (frames, pitches, 3) of onset, sounding, offset; pitches from 60 on."""
    onset, frame, offset = np.moveaxis(values.astype(np.float32), -1, 0)
    return Activations(onset, frame, offset, 50.0, 60)


@st.composite
def random_activations(draw: st.DrawFn) -> Activations:
    """Noise with exact zeros and ones, and stretches that look like notes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = (draw(st.integers(1, 60)), draw(st.integers(1, 4)), 3)
    values = rng.random(shape) ** draw(st.sampled_from((0.3, 1.0, 4.0)))
    values[rng.random(shape) < draw(st.sampled_from((0.0, 0.3)))] = 0.0
    values[rng.random(shape) < draw(st.sampled_from((0.0, 0.2)))] = 1.0
    if draw(st.booleans()):
        values[:, :, 1] = np.maximum(values[:, :, 1], np.sin(np.arange(shape[0]) / 9)[:, None])
    return activations(values)


@given(random_activations(), st.floats(0, 1, width=32))
def test_exact_mode_is_the_published_tracker(given_: Activations, threshold: float) -> None:
    """Note for note, at any threshold, against the definition written out plainly."""
    assert given_.offset is not None
    want = sorted(
        (start / 50, 60 + pitch, (start + length) / 50)
        for pitch in range(given_.onset.shape[1])
        for start, length in reference_notes(
            *(
                layer[:, pitch].astype(np.float64)
                for layer in (given_.onset, given_.frame, given_.offset)
            ),
            threshold,
        )
    )

    got = choose(adsr(given_, "exact"), TakeOptions(onset_threshold=threshold))

    assert np.array([(n.onset, n.pitch, n.offset) for n in got]) == pytest.approx(np.array(want))


def note_from(start: int, frames: int = 60) -> NDArray[np.float64]:
    """What a network answers to one note: onset at ``start``, 30 frames long."""
    values = np.full((frames, 1, 3), 0.01)
    values[start : start + 3, 0, 0] = 0.95
    values[start : start + 30, 0, 1] = 0.95
    values[start + 30, 0, 2] = 0.95
    return values


def test_a_note_that_sounds_at_the_start_is_found_when_mended() -> None:
    """The published tracker sees no beginning, and takes the end for one."""
    values = note_from(1)[3:]  # one frame of onset is left

    assert len(adsr(activations(values), "exact")) == 0
    found = adsr(activations(values))
    assert found.onset == pytest.approx([EARLY_SECONDS])
    assert found.offset == pytest.approx([28 / 50 + EARLY_SECONDS], abs=0.021)


def test_mended_notes_come_thirty_milliseconds_later_and_are_as_long() -> None:
    """Apart from that the two modes agree on a note in the middle."""
    heard = activations(note_from(10))

    exact, mended = adsr(heard, "exact"), adsr(heard)

    assert mended.onset - exact.onset == pytest.approx([0.03])
    assert mended.offset - exact.offset == pytest.approx([0.03])


def test_silence_has_no_notes() -> None:
    """Nor has no time at all, nor a network that says nothing is possible."""
    assert len(adsr(activations(np.zeros((50, 3, 3))))) == 0
    assert len(adsr(activations(np.zeros((0, 3, 3))))) == 0
    impossible = np.zeros((50, 3, 3))
    impossible[20, :, 0] = 1.0
    assert len(adsr(activations(impossible), "exact")) == 0


def test_an_hour_is_decoded_in_little_memory() -> None:
    """Back-pointers are bytes and kept for three states only; by what two minutes more take."""

    def peak(minutes: int) -> int:
        rng = np.random.default_rng(440)
        heard = activations(rng.random((minutes * 3000, 88, 3), np.float32) ** 4)
        tracemalloc.start()
        adsr(heard)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert (peak(3) - peak(1)) * 30 < 120e6


@pytest.mark.data
def test_the_annotated_sample_gives_the_published_notes(data: Path) -> None:
    """8 notes at 0.5 and 0.55, 6 at 0.7 and 0.9; madmom's own list says which."""
    heard = golden(data)
    candidates = adsr(heard, "exact")

    counts = {t: int((candidates.strength >= np.float32(t)).sum()) for t in (0.5, 0.55, 0.7, 0.9)}

    assert counts == {0.5: 8, 0.55: 8, 0.7: 6, 0.9: 6}
    at_half = candidates.where(candidates.strength >= np.float32(0.5))
    want = np.loadtxt(data / "eval/notes/madmom_piano/stereo_sample.piano_transcriptor.txt")
    got = np.column_stack([at_half.onset, at_half.pitch, at_half.offset - at_half.onset])
    assert got == pytest.approx(want, abs=1e-6)


@pytest.mark.data
def test_mended_onsets_are_those_of_the_annotation(data: Path) -> None:
    """The median error is below 10 ms; as published it is about 27 ms early."""
    notes = np.loadtxt(data / "eval/notes/madmom_piano/stereo_sample.notes")

    def bias(mode: str) -> float:
        found = adsr(golden(data), mode)  # type: ignore[arg-type]
        kept = found.where(found.strength >= np.float32(0.5))
        return float(np.median(kept.onset[np.lexsort((kept.pitch, kept.onset))] - notes[:, 0]))

    assert len(notes) == 8
    assert bias("exact") < -0.02
    assert abs(bias("mended")) < 0.01


def golden(data: Path) -> Activations:
    """Madmom's own activations of its annotated sample."""
    with np.load(data / "eval/notes/madmom_piano/stereo_sample.notes_cnn.npz") as file:
        frame, onset, offset = np.moveaxis(file["activations"], -1, 0)
    return Activations(onset, frame, offset, 50.0, 21)
