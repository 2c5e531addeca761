"""Short pure functions on arrays: transforms, bands, onsets, harmonic combs, correlation."""
