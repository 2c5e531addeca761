"""Stem to notes: detectors hear (slow, cached), decoders choose (fast, live)."""
