"""The table of detectors: a new one is one file here and one line below.

Which of them is usual for a kind of stem stands in ``transcribe``; the user may name another.
"""

from studio.transcription.contract import DETECTORS

DETECTORS.add("melody", "Melody (no weights)", "studio.transcription.engines.melody:MelodyDetector")
DETECTORS.add(
    "spectral", "Spectral (no weights)", "studio.transcription.engines.spectral:SpectralDetector"
)
DETECTORS.add("drums", "Drum bands (no weights)", "studio.transcription.engines.drums:DrumDetector")
DETECTORS.add(
    "piano-cnn",
    "Piano CNN (madmom 2019)",
    "studio.transcription.engines.piano_cnn:PianoCNNDetector",
)
DETECTORS.add(
    "basic-pitch",
    "Basic Pitch (Spotify 2022)",
    "studio.transcription.engines.basic_pitch:BasicPitchDetector",
)

__all__ = ["DETECTORS"]
