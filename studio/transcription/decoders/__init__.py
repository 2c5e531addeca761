"""Decoders: activations to candidates, each with its strength."""
