"""Files for the DAW: one target a file, each written from a ``SongBundle``."""
