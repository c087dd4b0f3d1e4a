"""Writes the documents in docs/api: OpenAPI from the services' routes, AsyncAPI from the event models."""
