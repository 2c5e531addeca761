"""The songs on the left: the list, its rows, and what is dropped on the window."""
