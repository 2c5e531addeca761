"""What the window shows, as objects that say when they change. No widget is known here."""
