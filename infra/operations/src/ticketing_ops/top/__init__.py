"""`ticketing top`: requests, messages and processes, live, from the processes' own metrics."""
