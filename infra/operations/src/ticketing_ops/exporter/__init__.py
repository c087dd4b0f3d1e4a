"""`ticketing exporter`: metrics of streams and consumers, seen from outside: lag shows while a service is down."""

from ticketing_ops.exporter.server import serve

__all__ = ["serve"]
