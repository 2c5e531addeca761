"""Song, ruler and lanes: everything of the window that lies on the time axis but the take."""
