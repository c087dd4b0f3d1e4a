"""Liveness, readiness and metrics, for probes and Prometheus. The ingress does not route them."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ticketing_common.mongo import Database
from ticketing_common.web.openapi import operation_id


class Dependency(Protocol):
    """Something that the readiness response reports, without depending on it."""

    def status(self) -> str:
        """`up`, `degraded` or `down`."""


class Health:
    """The state of a service."""

    def __init__(self, database: Database, dependencies: Mapping[str, Dependency]) -> None:
        self._database = database
        self._dependencies = dependencies
        self._draining = False

    def drain(self) -> None:
        """Turn readiness off, before anything stops."""
        self._draining = True

    async def readiness(self) -> tuple[bool, dict[str, str]]:
        """Whether this process accepts requests, and the state of each dependency.

        Only the service's own database decides: while the broker is down, events wait in the outbox.
        """
        mongo = "up" if await self._database.ping() else "down"
        indexes = "there" if self._database.ready else "missing"
        state = {"mongo": mongo, "indexes": indexes}
        state |= {name: dependency.status() for name, dependency in self._dependencies.items()}
        return mongo == "up" and self._database.ready and not self._draining, state

    def router(self) -> APIRouter:
        """The three routes, which are not part of the service's own OpenAPI document."""
        router = APIRouter(tags=["operations"], include_in_schema=False, generate_unique_id_function=operation_id)

        @router.get("/healthz/live")
        async def live() -> JSONResponse:
            """Whether the process runs, whatever it depends on."""
            return JSONResponse({"status": "live"})

        @router.get("/healthz/ready", responses={503: {"description": "Not ready, or about to stop"}})
        async def ready() -> JSONResponse:
            """Whether this process accepts requests: its own database decides, other dependencies are only named."""
            is_ready, state = await self.readiness()
            status = "ready" if is_ready else ("draining" if self._draining else "not ready")
            return JSONResponse({"status": status, **state}, status_code=200 if is_ready else 503)

        @router.get("/metrics", response_class=PlainTextResponse)
        async def metrics() -> Response:
            """Metrics in the text format of Prometheus."""
            return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return router
