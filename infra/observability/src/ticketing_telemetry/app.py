"""The application: OTLP in, pages out."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ticketing_telemetry.dashboard_page import dashboard_page
from ticketing_telemetry.grafana import read_dashboards
from ticketing_telemetry.palette import colour_class
from ticketing_telemetry.prometheus import Prometheus
from ticketing_telemetry.receiver import receive
from ticketing_telemetry.rendering import Theme, draw_trace, render, trace_page
from ticketing_telemetry.spans import Trace
from ticketing_telemetry.store import Query, TraceStore
from ticketing_telemetry.units import MILLISECOND, SECOND, format_duration

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}
HOSTS = ["localhost", "127.0.0.1"]  # others would be a page of another origin that had its name point here
DEFAULT_MINUTES = 15
MAX_MINUTES = 24 * 60


@dataclass(frozen=True)
class TraceRow:
    """A line of the list of traces."""

    trace: Trace

    @property
    def started(self) -> datetime:
        """In UTC."""
        return datetime.fromtimestamp(self.trace.start / SECOND, UTC)

    @property
    def duration(self) -> str:
        """From the first span to the last."""
        return format_duration(self.trace.duration)

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Each service with the class of its colour."""
        return [(service, colour_class(service)) for service in self.trace.services]


def create_app(*, prometheus_url: str | None, dashboards: Path, store: TraceStore | None = None) -> Starlette:
    """`dashboards` is a folder of Grafana's JSON files, read at each request; without Prometheus they are not shown."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=prometheus_url or "", trust_env=False) as http:
            app.state.prometheus = Prometheus(http) if prometheus_url else None
            yield

    app = Starlette(
        routes=[
            Route("/v1/traces", receive, methods=["POST"]),
            Route("/", list_traces),
            Route("/traces/{trace_id}.svg", trace_as_svg),
            Route("/traces/{trace_id}.html", show_trace),
            Route("/traces/{trace_id}", show_trace),
            Route("/dashboards", first_dashboard),
            Route("/dashboards/{uid}", show_dashboard),
            Route("/healthz/live", lambda _: PlainTextResponse("ok")),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        lifespan=lifespan,
    )
    app.state.store = TraceStore() if store is None else store
    app.state.dashboards = dashboards
    return app


async def list_traces(request: Request) -> Response:
    """Search the traces."""
    store: TraceStore = request.app.state.store
    min_ms = _number(request.query_params.get("min", ""))
    query = Query(
        text=request.query_params.get("q", ""),
        service=request.query_params.get("service", ""),
        errors_only=bool(request.query_params.get("errors")),
        min_duration=min_ms * MILLISECOND,
    )
    traces = [TraceRow(trace) for trace in store.search(query)]
    values = {"traces": traces, "query": query, "min_ms": min_ms, "services": store.services(), "total": len(store)}
    return _page(render("traces.html", theme=_theme(request), section="traces", **values))


async def show_trace(request: Request) -> Response:
    """One trace as a waterfall."""
    trace = _trace(request)
    return _page(trace_page(trace, theme=_theme(request))) if trace else _no_trace(request)


async def trace_as_svg(request: Request) -> Response:
    """The same as a picture."""
    trace = _trace(request)
    if trace is None:
        return _no_trace(request)
    return Response(draw_trace(trace, theme=_theme(request)), media_type="image/svg+xml", headers=HEADERS)


async def first_dashboard(request: Request) -> Response:
    """The dashboard of the whole system, or else the first."""
    uids = list(read_dashboards(request.app.state.dashboards))
    if not uids:
        return _message(request, "No dashboard", "There is no dashboard in infra/observability/dashboards.")
    uid = next((uid for uid in uids if "overview" in uid or "system" in uid), uids[0])
    return RedirectResponse(f"/dashboards/{uid}")


async def show_dashboard(request: Request) -> Response:
    """One dashboard."""
    prometheus: Prometheus | None = request.app.state.prometheus
    if prometheus is None:
        return _message(request, "No Prometheus", "Dashboards need Prometheus: install it, and start the stack again.")
    known = read_dashboards(request.app.state.dashboards)
    dashboard = known.get(request.path_params["uid"])
    if dashboard is None:
        return _message(request, "No such dashboard", f"These exist: {', '.join(known)}.", status=404)
    minutes = min(MAX_MINUTES, _number(request.query_params.get("minutes", "")) or DEFAULT_MINUTES)
    everything = list(known.values())
    return _page(
        await dashboard_page(dashboard, everything, prometheus, minutes=minutes, now=time.time(), theme=_theme(request))
    )


def _trace(request: Request) -> Trace | None:
    store: TraceStore = request.app.state.store
    return store.get(request.path_params["trace_id"])


def _no_trace(request: Request) -> Response:
    text = "It was never received, or newer ones have taken its place."
    return _message(request, "No such trace", text, status=404)


def _message(request: Request, heading: str, text: str, *, status: int = 200) -> Response:
    section = "dashboards" if request.url.path.startswith("/dashboards") else "traces"
    return _page(
        render("message.html", theme=_theme(request), section=section, heading=heading, text=text), status=status
    )


def _page(html: str, *, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def _theme(request: Request) -> Theme:
    match request.query_params.get("theme"):
        case "light":
            return "light"
        case "dark":
            return "dark"
        case _:
            return "auto"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
