"""`ticketing dead`: list, show, replay and drop the messages that no consumer could handle."""
