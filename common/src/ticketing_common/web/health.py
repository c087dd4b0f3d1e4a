"""Liveness, readiness and metrics. Never routed by the ingress; probes and Prometheus ask the pod itself."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ticketing_common.mongo import Database


class Dependency(Protocol):
    """Something whose state the readiness answer tells without it deciding anything."""

    def status(self) -> str:
        """`up` or `down`."""


class Health:
    """What the probes answer. `draining` is set on SIGTERM: ready goes off before anything stops."""

    def __init__(self, database: Database, dependencies: Mapping[str, Dependency]) -> None:
        self._database = database
        self._dependencies = dependencies
        self.draining = False

    async def readiness(self) -> tuple[bool, dict[str, str]]:
        """Whether this process takes requests, and the state of each dependency.

        Only the own database decides: while the broker is away sales go on through the outbox.
        """
        mongo = "up" if await self._database.ping() else "down"
        indexes = "there" if self._database.ready else "missing"
        state = {"mongo": mongo, "indexes": indexes}
        state |= {name: dependency.status() for name, dependency in self._dependencies.items()}
        return mongo == "up" and self._database.ready and not self.draining, state

    def router(self) -> APIRouter:
        """The three routes; not part of the OpenAPI document."""
        router = APIRouter(include_in_schema=False)

        @router.get("/healthz/live")
        async def live() -> JSONResponse:
            return JSONResponse({"status": "live"})

        @router.get("/healthz/ready")
        async def ready() -> JSONResponse:
            is_ready, state = await self.readiness()
            status = "ready" if is_ready else ("draining" if self.draining else "not ready")
            return JSONResponse({"status": status, **state}, status_code=200 if is_ready else 503)

        @router.get("/metrics")
        async def metrics() -> Response:
            return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return router
