"""What the ticketing services share. Importing it has no side effects."""
