"""The names of the two streams. A module without imports, so that commands which only need the names start quickly."""

EVENTS_STREAM = "TICKETING"
DEAD_STREAM = "DEAD"
# The first token of a dead letter's subject; its consumer's name follows.
DEAD_PREFIX = "dead"
