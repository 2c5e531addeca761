"""Ableton Live: a page for the plain route, and a set made of one that the user's Live saved."""
