"""Pages over the lanes: export, preferences, quality, shortcuts, about; and the first one."""
