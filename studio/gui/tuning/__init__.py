"""Below the roll: the threshold, how well each take fits, and what else makes notes of a stem."""
