"""build_app(): a FastAPI application with what all services have in common."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from limits import RateLimitItem
from starlette.routing import BaseRoute

from ticketing_common.messaging import Broker
from ticketing_common.mongo import Database
from ticketing_common.observability import configure
from ticketing_common.observability.build_info import export_build_info
from ticketing_common.observability.event_loop import EventLoopMonitor
from ticketing_common.observability.lines import OUTPUT
from ticketing_common.observability.recording import Recording
from ticketing_common.revocations import RevocationConsumer, Revocations
from ticketing_common.settings import CommonSettings, SessionSettings
from ticketing_common.signing_keys import is_weak
from ticketing_common.web.background import BackgroundTask, run_tasks
from ticketing_common.web.direct import DirectRoute
from ticketing_common.web.error_handlers import add_error_handlers
from ticketing_common.web.health import Dependency, Health
from ticketing_common.web.middleware import RequestMiddleware
from ticketing_common.web.openapi import complete_document
from ticketing_common.web.request_limits import RequestCounter
from ticketing_common.web.sessions import Sessions
from ticketing_common.web.shutdown import drain_before_stop

log = structlog.get_logger(__name__)


def build_app(
    *,
    service: str,
    settings: CommonSettings,
    database: Database,
    broker: Broker | None = None,
    routers: Sequence[APIRouter] = (),
    tasks: Sequence[BackgroundTask] = (),
    dependencies: Mapping[str, Dependency] | None = None,
    state: Mapping[str, Any] | None = None,
    marks_writes: bool = False,
    webhooks: frozenset[str] = frozenset(),
    on_drain: Callable[[], None] = lambda: None,
) -> FastAPI:
    """Build a service.

    `tasks` start after the database and the broker, in this order, and are closed in reverse; HTTP does not wait for
    them. If the service has sessions, those that were revoked are learnt from `broker`.
    `dependencies` are shown by /healthz/ready. `state` becomes `app.state`, for deps.py.
    `marks_writes`: what is written is shown by the landing page, which is shared by its readers for a second.
    `webhooks`: paths that are requested by other servers, not by browsers.
    `on_drain` is called at SIGTERM, a moment before the service stops accepting requests.
    """
    # Now, so that the server's first lines are in this format too.
    configure(service=service, level=settings.log_level, log_format=settings.log_format)
    export_build_info(service, package=f"ticketing-{service}", revision=settings.revision)
    recording = Recording(service, enabled=settings.records_traces)
    connections: list[BackgroundTask] = [recording, database, *([broker] if broker else [])]
    health = Health(database, {"nats": broker, **(dependencies or {})} if broker else dependencies or {})
    sessions = _sessions(settings)
    revocations = RevocationConsumer(broker, sessions.revocations) if broker and sessions else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        _warn_of_weak_key(settings)
        with drain_before_stop(health.drain, on_drain, delay_seconds=settings.shutdown_delay_seconds):
            async with run_tasks([EventLoopMonitor(), *connections, *tasks, *([revocations] if revocations else [])]):
                if revocations:
                    await revocations.wait_at_start()
                yield
        OUTPUT.flush()  # the server ends with the signal, which runs nothing at exit

    app = FastAPI(
        title=f"Ticketing: {service}",
        lifespan=lifespan,
        routes=_routes([*routers, health.router()]),
        # Its own spans and metrics would repeat ours; looking for their settings costs 5 µs for each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,  # both load scripts from a CDN: the gateway serves docs/api instead
        redoc_url=None,
        # The middleware has removed a trailing slash: a redirect might drop the scheme or the body.
        redirect_slashes=False,
    )
    app.add_middleware(
        RequestMiddleware,
        marks_writes=marks_writes,
        webhooks=webhooks,
        requests_per_address=_counter(settings, settings.requests_per_address),
    )
    add_error_handlers(app)
    complete_document(app, webhooks)
    for name, value in {"database": database, "broker": broker, "sessions": sessions, **(state or {})}.items():
        setattr(app.state, name, value)
    return app


def _routes(routers: Sequence[APIRouter]) -> list[BaseRoute]:
    """Those that are requested most often first: each one costs a microsecond until a request's own is found.

    Not by include_router(), which has each request matched twice.
    """
    routes = [route for router in routers for route in router.routes]
    return sorted(routes, key=lambda route: not isinstance(route, DirectRoute))


def _counter(settings: CommonSettings, rate: RateLimitItem) -> RequestCounter | None:
    return RequestCounter(rate) if settings.rate_limits == "on" else None


def _warn_of_weak_key(settings: CommonSettings) -> None:
    if isinstance(settings, SessionSettings) and is_weak(settings.jwt_secret.get_secret_value()):
        log.warning(
            "settings.weak_key",
            variable="JWT_SECRET",
            hint="make it 32 bytes or longer, for example with `openssl rand -base64 32`: a short one can be guessed",
        )


def _sessions(settings: CommonSettings) -> Sessions | None:
    if not isinstance(settings, SessionSettings):
        return None
    return Sessions(
        settings.jwt_secret.get_secret_value(),
        Revocations(settings.session_limits),
        requests_per_user=_counter(settings, settings.requests_per_user),
    )
