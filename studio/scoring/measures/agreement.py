"""Agreement: flux^0.8 * onsets^0.15 * spectrum^0.05, times 100.

Definition: with f, s and o the mean-removed cosines, at lag 0, of the semitone flux, the semitone
spectrum and the onset curve of take and target (``scoring.signal``), negative ones taken as 0,
100 f^0.8 o^0.15 s^0.05. The flux weighs most because it alone sees both when and at which pitch
something begins; the onsets steady it where pitches are faint, and the spectrum alone hears how
long notes last.

Source: our own; weights and features were chosen on rendered and sampled stems and are reported
on others, see ``docs/scores.md``.
"""

from __future__ import annotations

from studio.dsp.correlation import cosine
from studio.scoring.contract import Measure
from studio.scoring.signal import Signal


def agreement(take: Signal, target: Signal) -> float:
    """In [0, 100]."""
    return agreement_between(take, target, slice(None))


def agreement_between(take: Signal, target: Signal, frames: slice) -> float:
    """The same of some ``frames`` alone, on the scale of the whole signals."""
    flux = max(0.0, cosine(take.flux[frames], target.flux[frames]))
    spectrum = max(0.0, cosine(take.spectrum[frames], target.spectrum[frames]))
    onsets = max(0.0, cosine(take.onsets[frames], target.onsets[frames]))
    return float(100.0 * flux**0.8 * onsets**0.15 * spectrum**0.05)


AGREEMENT = Measure(
    key="agreement",
    label="Agreement",
    unit="of 100",
    low=0.0,
    high=100.0,
    meaning=(
        "How well the take's notes begin and sound when and at the pitch the stem does; it ranks "
        "takes of one stem, and does not prove that any single note is right."
    ),
    combine="mean",
    value=agreement,
)
