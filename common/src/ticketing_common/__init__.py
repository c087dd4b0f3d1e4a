"""What the ticketing services share. Import from its modules; nothing happens on import."""
