"""How near a take is to the recording: scores, the table of takes, and a suggestion."""
