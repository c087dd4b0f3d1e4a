"""`ticketing status`: the whole system on one screen, and what needs a person."""
