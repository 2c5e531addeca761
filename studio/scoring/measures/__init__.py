"""The table of scores: a new one is one file here and one line below."""

from studio.scoring.contract import MEASURES

MEASURES.add("agreement", "Agreement", "studio.scoring.measures.agreement:AGREEMENT")
MEASURES.add("onset_match", "Onset match", "studio.scoring.measures.onset_match:ONSET_MATCH")
MEASURES.add("pitch_match", "Pitch match", "studio.scoring.measures.pitch_match:PITCH_MATCH")
MEASURES.add(
    "semitone_flux", "Semitone flux", "studio.scoring.measures.semitone_flux:SEMITONE_FLUX"
)
MEASURES.add(
    "xcorr_lag_seconds", "Lag", "studio.scoring.measures.xcorr_lag_seconds:XCORR_LAG_SECONDS"
)
MEASURES.add(
    "xcorr_normalised",
    "Cross-correlation, normalised",
    "studio.scoring.measures.xcorr_normalised:XCORR_NORMALISED",
)
MEASURES.add(
    "xcorr_max", "Cross-correlation, maximum", "studio.scoring.measures.xcorr_max:XCORR_MAX"
)

__all__ = ["MEASURES"]
