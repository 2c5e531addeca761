"""Stemwright: a song in; stems, notes, scores and files for the DAW out.

The rooms, bottom up, are drawn in ``docs/architecture.md``. Nothing is imported here, so that
``stemwright --help`` answers at once.
"""

__version__ = "0.1.0"
