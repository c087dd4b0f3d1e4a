"""Everything the emulator knows, in one SQLite file."""
