"""Signed events, queued and sent to the webhook endpoint."""
