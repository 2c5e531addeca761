"""The piano roll and the note list: the notes of one take, seen, heard and changed by hand."""
