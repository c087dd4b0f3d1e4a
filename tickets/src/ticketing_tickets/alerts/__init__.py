"""Availability alerts: who asked to be told when a reserved ticket is available again, and telling them once."""
