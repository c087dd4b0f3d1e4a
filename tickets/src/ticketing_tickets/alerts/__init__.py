"""Availability alerts: requests to be notified once when a reserved ticket is available again."""
