"""Reads checkpoints safely, and one network a file."""
