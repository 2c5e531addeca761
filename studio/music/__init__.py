"""The nouns: frozen values on numpy that every room above speaks in. No files, no torch."""
