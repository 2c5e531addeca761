"""Controls that know nothing of songs: every part of the window is built of them."""
