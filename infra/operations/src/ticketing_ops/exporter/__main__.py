"""`python -m ticketing_ops.exporter`, as in the image."""

from ticketing_ops.exporter import serve

serve({})
