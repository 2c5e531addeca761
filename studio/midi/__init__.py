"""Notes to ``.mid`` and back, through a tempo map; and what General MIDI calls things."""
