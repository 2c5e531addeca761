"""Musical time, heard on the whole song: one constant tempo and how sure it is."""
