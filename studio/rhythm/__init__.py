"""Musical time and harmony, heard on the whole song: beats, bars, tempo, key and chords."""
