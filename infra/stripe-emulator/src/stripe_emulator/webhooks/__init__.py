"""Signed events on their way to the endpoint."""
