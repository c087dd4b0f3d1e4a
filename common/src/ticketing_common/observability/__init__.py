"""Logs and metrics. `configure()` is called once, by `build_app` or a worker's main."""

from ticketing_common.observability.logs import configure

__all__ = ["configure"]
