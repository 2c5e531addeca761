"""What the window does, without a widget: queue, open song, notes, files out."""
