"""`ticketing seed`: a shop that is not empty."""
