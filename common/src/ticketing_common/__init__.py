"""What the ticketing services share. Importing it has no effects."""
