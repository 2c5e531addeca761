"""The one voice and kit: where notes sound, how loud, and that pieces join."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.music.notes import NO_NOTES, Note, Notes
from studio.synth import kit, voice
from studio.synth.render import SAMPLE_RATE, render

A_FEW = st.lists(
    st.builds(
        lambda onset, pitch, length, velocity: Note(onset, pitch, onset + length, velocity),
        st.floats(0, 2),
        st.integers(0, 127),
        st.floats(0.001, 2),
        st.integers(1, 127),
    ),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(notes=A_FEW, cut=st.floats(0, 3), kind=st.sampled_from(["piano", "drums"]))
def test_two_pieces_are_the_whole(notes: list[Note], cut: float, kind: str) -> None:
    """Rendering [0, cut) and [cut, 3) one after the other gives [0, 3)."""
    take = Notes.of(notes)

    whole = render(take, kind, 0.0, 3.0)
    pieces = np.concatenate([render(take, kind, 0.0, cut), render(take, kind, cut, 3.0)])

    assert whole.dtype == np.float32
    assert pieces.shape == whole.shape
    assert np.abs(pieces - whole).max(initial=0) <= 1e-6


def test_a_long_note_is_the_same_in_short_pieces() -> None:
    """A note that is held across the inner pieces of 20 s has no seam."""
    take = Notes.of([Note(1.0, 57, 50.0)])
    pieces = [render(take, "other", start, start + 7.0) for start in range(0, 56, 7)]
    assert np.abs(np.concatenate(pieces) - render(take, "other", 0, 56)).max() <= 1e-6


@pytest.mark.parametrize("pitch", [33, 57, 69, 84])
def test_a_note_sounds_at_its_pitch(pitch: int) -> None:
    """The strongest partial is the fundamental, to a tenth of a semitone."""
    sound = render(Notes.of([Note(0.0, pitch, 2.0)]), "piano", 0.2, 1.8)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    hz = np.argmax(spectrum) * SAMPLE_RATE / (1 << 18)
    assert 69 + 12 * np.log2(hz / 440) == pytest.approx(pitch, abs=0.1)


def test_there_are_six_harmonics_of_falling_strength() -> None:
    """Harmonic k has 1/k of the first one's amplitude; the seventh is absent."""
    hz = 440.0
    sound = render(Notes.of([Note(0.0, 69, 4.0)]), "piano", 2.0, 4.0, 44100)  # the held part
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    partials = np.array([spectrum[round(k * hz * 2) - 2 :][:5].max() for k in range(1, 8)])
    assert partials[:6] / partials[0] == pytest.approx(1 / np.arange(1, 7), rel=0.02)
    assert partials[6] < 1e-3 * partials[0]


@pytest.mark.parametrize("kind", ["piano", "drums"])
def test_nothing_sounds_before_a_note_or_long_after(kind: str) -> None:
    """A note is silent before its onset; the voice ends 40 ms after the note's end."""
    sound = render(Notes.of([Note(1.0, 45, 1.5)]), kind, 0.0, 3.0)
    assert not sound[: SAMPLE_RATE - 1].any()
    assert sound[SAMPLE_RATE : SAMPLE_RATE + 2000].any()
    if kind == "piano":
        assert not sound[round((1.5 + voice.RELEASE_SECONDS) * SAMPLE_RATE) + 1 :].any()


def test_the_attack_is_soft() -> None:
    """The level is half up after 5 ms and never jumps."""
    level = voice.envelope(np.arange(-0.01, 1.0, 0.0001), 0.5)
    assert np.abs(np.diff(level)).max() < 0.03
    assert level[np.searchsorted(np.arange(-0.01, 1.0, 0.0001), 0.005)] == pytest.approx(
        0.5, abs=0.02
    )


def test_scores_hear_every_note_alike_and_ears_do_not() -> None:
    """Without touch velocity is ignored; with it, twice the velocity is four times the level."""
    soft, loud = (Notes.of([Note(0.0, 60, 1.0, velocity)]) for velocity in (40, 80))
    assert np.array_equal(render(soft, "piano", 0, 1), render(loud, "piano", 0, 1))
    assert np.allclose(
        render(loud, "piano", 0, 1, touch=True), 4 * render(soft, "piano", 0, 1, touch=True)
    )


def test_a_note_ends_where_the_next_of_its_pitch_starts() -> None:
    """Overlaps on one pitch sound like the same notes without them."""
    overlapping = Notes.of([Note(0.0, 60, 2.0), Note(0.5, 60, 1.0)])
    clean = Notes.of([Note(0.0, 60, 0.5), Note(0.5, 60, 1.0)])
    assert np.array_equal(render(overlapping, "bass", 0, 2), render(clean, "bass", 0, 2))


def test_a_doubled_note_sounds_once() -> None:
    """The same note twice is no louder."""
    for kind in ("piano", "drums"):
        once = render(Notes.of([Note(0.1, 38, 0.3)]), kind, 0, 1)
        twice = render(Notes.of([Note(0.1, 38, 0.3), Note(0.1, 38, 0.3)]), kind, 0, 1)
        assert np.array_equal(once, twice)


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [(36, 40, 170), (38, 150, 9000), (42, 6000, 11000), (45, 90, 200), (49, 2500, 11000)],
)
def test_each_piece_lies_in_its_register(key: int, low: float, high: float) -> None:
    """Most energy of a kick is low, of a hi-hat high."""
    sound = kit.hit(key, SAMPLE_RATE)
    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    assert power[(hz >= low) & (hz <= high)].sum() > 0.7 * power.sum()


@pytest.mark.parametrize("sample_rate", [8000, 22050, 44100, 48000])
def test_every_percussion_key_is_heard_at_any_rate(sample_rate: int) -> None:
    """No hit is lost, whatever its key."""
    for key in range(27, 88):
        sound = kit.hit(key, sample_rate)
        assert np.isfinite(sound).all()
        assert 0.05 < np.abs(sound).max() < 2.0


def test_notes_above_half_the_sample_rate_are_left_out() -> None:
    """A pitch that the sample rate cannot carry is silent instead of folding down."""
    assert not render(Notes.of([Note(0.0, 127, 1.0)]), "piano", 0, 1).any()


def test_no_notes_and_no_time() -> None:
    """Silence of the right length; an empty stretch is empty."""
    assert not render(NO_NOTES, "piano", 0.0, 1.0).any()
    assert len(render(NO_NOTES, "drums", 0.0, 1.0)) == SAMPLE_RATE
    assert render(Notes.of([Note(0.0, 60, 1.0)]), "piano", 1.0, 1.0).shape == (0,)


def test_the_kit_never_changes() -> None:
    """Values written down when the kit was made: a change here changes every drum score."""
    snare = kit.hit(38, SAMPLE_RATE)[[10, 100, 1000, 5000]]
    hat = kit.hit(42, SAMPLE_RATE)[[10, 100, 500]]
    assert snare == pytest.approx([0.42681417, 0.49854037, -0.14727785, 0.01809467], abs=1e-6)
    assert hat == pytest.approx([-0.09725485, 0.14316494, 0.04050519], abs=1e-6)


def test_four_minutes_of_two_thousand_notes_take_seconds(rng: np.random.Generator) -> None:
    """About a second here; ten leaves room for a busy machine."""
    onset = rng.uniform(0, 239, 2000)
    take = Notes.columns(onset, rng.integers(36, 90, 2000), onset + rng.uniform(0.1, 0.6, 2000))
    begun = time.process_time()
    render(take, "piano", 0.0, 240.0)
    assert time.process_time() - begun < 10
