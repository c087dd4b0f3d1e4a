"""Reads NATS for each scrape, on a connection of its own: nothing is kept that could be out of date."""

import asyncio
from collections.abc import Sequence

import httpx
import structlog
from prometheus_client.core import Metric

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_common.messaging import connect_readonly, read_broker_state
from ticketing_common.observability.dependencies import Dependency
from ticketing_ops.consumers import CONSUMERS
from ticketing_ops.exporter.families import families, up
from ticketing_ops.exporter.settings import Settings

log = structlog.get_logger(__name__)

# Below Prometheus' default scrape_timeout of 10 s.
_TIMEOUT_SECONDS = 8.0
_MONITOR_TIMEOUT_SECONDS = 2.0


class BrokerReader:
    """Never raises because of NATS; logs when it goes away and when it is back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._dependency = Dependency("nats", settle_seconds=0)
        self._monitor = httpx.AsyncClient(timeout=_MONITOR_TIMEOUT_SECONDS, trust_env=False)

    async def read(self) -> Sequence[Metric]:
        """All metrics; only `exporter_up 0` while NATS cannot be read."""
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                found = await self._read()
        except (Unavailable, TimeoutError) as error:
            self._dependency.failed(error)
            return [up(is_up=False)]
        self._dependency.succeeded()
        return [up(is_up=True), *found]

    async def close(self) -> None:
        """Release the connections to the monitoring port."""
        await self._monitor.aclose()

    async def _read(self) -> Sequence[Metric]:
        async with connect_readonly(self._settings.nats_url) as jetstream:
            state = await read_broker_state(jetstream, CONSUMERS)
        limit = state.storage_limit if state.storage_limit is not None else await self._server_limit()
        return [*families(state, storage_limit=limit, now=utc_now())]

    async def _server_limit(self) -> int | None:
        """The server's `max_file_store`; None when the monitoring port is not known or does not respond."""
        if self._settings.nats_monitor_url is None:
            return None
        try:
            response = await self._monitor.get(f"{self._settings.nats_monitor_url.rstrip('/')}/jsz")
            return int(response.raise_for_status().json()["config"]["max_storage"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.info("exporter.limit_not_read", error=repr(error))
            return None
