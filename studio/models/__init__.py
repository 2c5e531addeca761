"""Weights as files: which there are, where they come from, and which lie on this machine.

Bytes only: a file is measured and hashed here, never opened. What reads it stands in ``nets``.
"""
