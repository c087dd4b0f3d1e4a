"""The exporter's HTTP server: /metrics and /healthz."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ticketing_common.observability import configure
from ticketing_common.settings import load
from ticketing_ops.exporter.reader import BrokerReader
from ticketing_ops.exporter.settings import Settings


def serve(urls: Mapping[str, str]) -> int:
    """Run until SIGTERM or SIGINT; `urls` has NATS' address if NATS_URL is not set.

    A missing or invalid setting: one line that names it, exit status 2.
    """
    if "nats" in urls:
        os.environ.setdefault("NATS_URL", urls["nats"])
    settings = load(Settings)
    configure(service="exporter", level=settings.log_level, log_format=settings.log_format)
    uvicorn.run(
        build_app(settings),
        host=settings.metrics_host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return 0


def build_app(settings: Settings) -> Starlette:
    """The app; /healthz says only that the process runs, since restarting it does not bring NATS back."""
    reader = BrokerReader(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await reader.close()

    async def metrics(_request: Request) -> Response:
        # Not the default registry: it has the metrics of a service, such as its own connection to NATS.
        registry = CollectorRegistry()
        registry.register(_Scrape(await reader.read()))
        ProcessCollector(registry=registry)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    return Starlette(routes=[Route("/metrics", metrics), Route("/healthz", health)], lifespan=lifespan)


class _Scrape(Collector):
    """What was read for one scrape."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found
