"""The panel of musical time: tempo, bars and key, as found and as a person says."""
