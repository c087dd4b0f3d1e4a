"""Back up the five databases and the streams as of one instant, and restore them together."""
