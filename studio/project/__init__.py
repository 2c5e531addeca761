"""The document on disk: what is known of a song, its cached stages, and who works on it now."""
