"""Bands on a musical scale, combs, and the decomposition of a spectrum into them."""

from __future__ import annotations

import numpy as np
import pytest

from studio.dsp.harmonic import Scale, combs, decompose, hertz, magnitudes, midi_of, scale

RATE = 16000


@pytest.fixture(scope="module")
def bands() -> Scale:
    return scale(27.0, 7600.0, ((2048, 900.0), (1024, np.inf)), RATE)


def chord(pitches: list[int], decay: float = 1.0) -> np.ndarray:
    """Steady harmonic tones of half a second."""
    t = np.arange(RATE // 2) / RATE
    tones = [
        np.sin(2 * np.pi * h * f * t) * h**-decay
        for f in hertz(np.array(pitches, float))
        for h in range(1, 13)
        if h * f < 7600
    ]
    return (0.2 * np.sum(tones, axis=0)).astype(np.float32)


def test_midi_and_hertz_are_inverse() -> None:
    """A4 is 440 Hz."""
    assert midi_of(440.0) == 69
    assert hertz(np.array([69.0, 57.0])) == pytest.approx([440.0, 220.0])


@pytest.mark.parametrize("pitch", [40.0, 69.0, 84.0, 100.0])
def test_a_tone_is_loudest_in_its_own_band(bands: Scale, pitch: float) -> None:
    """To a third of a semitone; where bins are wider than that, to a semitone."""
    t = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * hertz(np.array(pitch)) * t).astype(np.float32)

    heard = magnitudes(tone, bands, 160)[50]

    assert abs(bands.midi[heard.argmax()] - pitch) <= (1 / 3 if pitch > 50 else 1)
    assert 0.4 < heard.max() <= 1.0


def test_a_comb_looks_like_its_tone(bands: Scale) -> None:
    """The spectrum of a harmonic tone is its comb, up to how partials interfere."""
    heard = magnitudes(chord([57]), bands, 160)[25]
    comb = combs(np.array([57.0]), (1.0,), 12, bands)[0, 0]

    alike = heard @ comb / np.linalg.norm(heard) / np.linalg.norm(comb)

    assert alike > 0.98


def test_the_pitches_of_a_chord_are_found(bands: Scale) -> None:
    """Three tones, among all pitches, are the three largest parts."""
    pitches = np.arange(40, 90, dtype=np.float64)
    parts = combs(pitches, (1.0,), 12, bands)[:, 0]

    share = decompose(magnitudes(chord([52, 59, 68]), bands, 160)[20:25], parts, 50)

    for frame in share:
        assert set(pitches[np.argsort(frame)[-3:]]) == {52, 59, 68}


def test_decomposition_gives_back_a_mixture(rng: np.random.Generator) -> None:
    """Where the spectra are mixtures of the parts, the sum of the shares is them."""
    parts = rng.random((3, 40)).astype(np.float32)
    mixture = rng.random((7, 3)).astype(np.float32) @ parts

    share = decompose(mixture, parts, 500)

    assert (share >= 0).all()
    np.testing.assert_allclose(share @ parts, mixture, rtol=0.02)


def test_frames_are_decomposed_on_their_own(rng: np.random.Generator) -> None:
    """So it does not matter how a song is cut; silence has no parts."""
    parts = rng.random((3, 40)).astype(np.float32)
    spectra = rng.random((9, 40)).astype(np.float32)
    spectra[4] = 0.0

    whole = decompose(spectra, parts, 20)

    np.testing.assert_allclose(decompose(spectra[3:6], parts, 20), whole[3:6], rtol=1e-4)
    assert whole[4].max() < 1e-5
