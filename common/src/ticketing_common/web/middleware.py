"""The ASGI middleware around each service: traces, metrics, logs, path and method normalisation, what is refused before
any route, the headers of all responses, 500s, and two cookies: the session's, and one by which the landing page
recognises a browser that has just written something.

Plain ASGI, because a layer of Starlette's BaseHTTPMiddleware costs more CPU than the rest of a small request.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.errors import AppError, Unavailable
from ticketing_common.observability.metrics import ACTIVE_REQUESTS, HTTP_REQUEST_DURATION
from ticketing_common.web.client_address import client_address
from ticketing_common.web.cross_site import refuse_cross_site
from ticketing_common.web.envelope import response_for
from ticketing_common.web.refusal_log import REFUSED, RefusalLog
from ticketing_common.web.request_body import BoundedReceive, refuse_declared_length
from ticketing_common.web.request_id import HEADER as REQUEST_ID
from ticketing_common.web.request_id import request_id
from ticketing_common.web.request_limits import RequestCounter
from ticketing_common.web.request_log import RequestLog
from ticketing_common.web.request_span import end_request, enter_request
from ticketing_common.web.response_headers import with_security_headers
from ticketing_common.web.sessions import SET_COOKIE, USER_ID

log = structlog.get_logger(__name__)

Follow = Callable[[Receive, Send], Awaitable[None]]
FOLLOW = "ticketing.follow"
"""Key of the ASGI scope: sends the rest of a response that has begun, for hours perhaps (a `Follow`)."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_STOPPING = "The server is stopping. Try again in a few seconds."
_PROBES = ("/healthz/", "/metrics")
# Five seconds: longer than the client serves a shared landing page (client/src/lib/recent-write.ts).
RECENT_WRITE = (b"set-cookie", b"recent-write=1; Path=/; Max-Age=5; SameSite=Lax")


class RequestMiddleware:
    """Wraps a service's application.

    With `marks_writes`, successful writes set the cookie `RECENT_WRITE`. Requests of other servers, to `webhooks`, are
    neither counted by `requests_per_address` nor refused for their origin.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        marks_writes: bool = False,
        webhooks: frozenset[str] = frozenset(),
        requests_per_address: RequestCounter | None = None,
    ) -> None:
        self._app = app
        self._marks_writes = marks_writes
        self._webhooks = webhooks
        self._requests_per_address = requests_per_address
        self._durations: dict[tuple[str, str, int], Histogram] = {}
        self._active = 0  # counted without the lock of a Gauge
        ACTIVE_REQUESTS.set_function(lambda: self._active)
        self._requests = RequestLog()
        self._refusals = RefusalLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        headers = dict(scope["headers"])
        is_probe = scope["path"].startswith(_PROBES)
        span = enter_request(scope, headers, is_probe=is_probe)
        is_write = scope["method"] in _WRITES
        routed = _normalised(scope)
        body = BoundedReceive(receive, headers)
        identity = request_id(headers.get(REQUEST_ID))
        response = _Response(send, routed, body, identity, marks_success=self._marks_writes and is_write)
        self._active += not is_probe
        try:
            self._admit(routed, headers)
            await self._app(routed, body, response)
        except Exception as error:
            if response.status:  # it has started: all that is left is to close the connection
                raise
            await self._send_error(error, routed, receive, response)
        except asyncio.CancelledError:  # the server is stopping, and has waited long enough for this request
            if not response.status:
                await self._send_error(Unavailable(_STOPPING), routed, receive, response)
            raise
        finally:
            self._active -= not is_probe
            method, route = _method(scope), _route(routed)
            request = (method, route or "unmatched", response.status)
            self._record(routed, request, seconds=time.perf_counter() - started, request_id=identity, is_probe=is_probe)
            if span.recorded:
                end_request(span, routed, method=method, route=route, status=response.status)
        if follow := routed.get(FOLLOW):
            await (follow(receive, send) if scope["method"] != "HEAD" else send({"type": "http.response.body"}))
        return None

    def _admit(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        refuse_declared_length(headers)
        if scope["path"] in self._webhooks:
            return
        if self._requests_per_address is not None and not scope["path"].startswith(_PROBES):
            self._requests_per_address.count(client_address(scope))
        if scope["method"] in _WRITES:
            refuse_cross_site(headers)

    async def _send_error(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(error, AppError):
            return await response_for(error)(scope, receive, send)
        log.error("request.failed", method=scope["method"], route=_route(scope), exc_info=error)
        return await response_for(AppError())(scope, receive, send)

    def _record(
        self, scope: Scope, request: tuple[str, str, int], *, seconds: float, request_id: str, is_probe: bool
    ) -> None:
        """Measure and log the request: its method, its route's template and its response's status."""
        duration = self._durations.get(request)
        if duration is None:
            duration = self._durations[request] = HTTP_REQUEST_DURATION.labels(*map(str, request))
        duration.observe(seconds)
        if is_probe:
            return
        user_id = scope.get(USER_ID)
        self._requests.write(request, seconds=seconds, user_id=user_id, request_id=request_id)
        if request[2] in REFUSED:
            self._refusals.write(request, address=client_address(scope), user_id=user_id)


class _Response:
    """Sends the response once the body was read, with the request's id, and with the session's cookie if it has
    changed. `status` is 0 until it has started."""

    def __init__(self, send: Send, scope: Scope, body: BoundedReceive, request_id: str, *, marks_success: bool) -> None:
        self._send = send
        self._scope = scope
        self._body = body
        self._request_id = request_id
        self._marks_success = marks_success
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._body.drain()
            self.status = message["status"]
            headers = with_security_headers(message["headers"], https=self._scope["scheme"] == "https")
            headers.append((REQUEST_ID, self._request_id.encode()))
            if self._marks_success and self.status < HTTPStatus.MULTIPLE_CHOICES:
                headers.append(RECENT_WRITE)
            if session := self._scope.get(SET_COOKIE):
                headers.append((b"set-cookie", session.encode()))
            message["headers"] = headers
        await self._send(message)


def _normalised(scope: Scope) -> Scope:
    """HEAD as GET, and the path without a trailing slash: they are the same routes, without a redirect.

    The server, which keeps its own scope, sends no body for HEAD.
    """
    path = scope["path"]
    return {
        **scope,
        "method": "GET" if scope["method"] == "HEAD" else scope["method"],
        "path": path.removesuffix("/") if path != "/" else path,
    }


def _method(scope: Scope) -> str:
    """The request's method, `_OTHER` if it is none of HTTP's."""
    method: str = scope["method"]
    return method if method in _METHODS else "_OTHER"


def _route(scope: Scope) -> str | None:
    """The route's template (`/api/orders/{order_id}`): raw paths would be an unbounded label."""
    return getattr(scope.get("route"), "path", None)
