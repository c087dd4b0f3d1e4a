"""Stacks to test on, what breaks them, and who trades on them. Only tests and the client's scripts import this."""
