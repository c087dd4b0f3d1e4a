"""Logs, metrics and traces. `configure()` is called by `build_app` or a worker's main."""

from ticketing_common.observability.logs import configure

__all__ = ["configure"]
