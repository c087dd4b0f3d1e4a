"""`ticketing trace`: everything that happened to an order, in every service, in order of time and in words."""
