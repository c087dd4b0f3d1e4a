"""Liveness, readiness and metrics, for probes and Prometheus. The ingress does not route them."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ticketing_common.mongo import Database


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
        """The three routes, which are not part of the OpenAPI document."""
        router = APIRouter(include_in_schema=False)

        @router.get("/healthz/live")
        async def live() -> JSONResponse:
            return JSONResponse({"status": "live"})

        @router.get("/healthz/ready")
        async def ready() -> JSONResponse:
            is_ready, state = await self.readiness()
            status = "ready" if is_ready else ("draining" if self._draining else "not ready")
            return JSONResponse({"status": status, **state}, status_code=200 if is_ready else 503)

        @router.get("/metrics")
        async def metrics() -> Response:
            return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return router
