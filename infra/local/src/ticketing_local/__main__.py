"""`python -m ticketing_local` is the command `ticketing`."""

from ticketing_local.cli import main

main()
