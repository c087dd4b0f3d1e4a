"""The ASGI middleware around each service: traces, metrics, path and method normalisation, body limit, 500s, and the
cookie by which the landing page recognises a browser that has just written something.

Plain ASGI, because a layer of Starlette's BaseHTTPMiddleware costs more CPU than the rest of a small request.
"""

import time
from http import HTTPStatus

import structlog
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.errors import AppError, PayloadTooLarge
from ticketing_common.observability import tracing
from ticketing_common.observability.metrics import HTTP_REQUEST_DURATION
from ticketing_common.web.envelope import response_for

log = structlog.get_logger(__name__)

# Leaves room for an oversized field, which gets its own error; a larger body is not read.
MAX_BODY_BYTES = 2 * 1024 * 1024
# Clients can invent methods: as a label they would be unbounded.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Five seconds: longer than the client serves a shared landing page (client/src/lib/recent-write.ts).
RECENT_WRITE = (b"set-cookie", b"recent-write=1; Path=/; Max-Age=5; SameSite=Lax")


class RequestMiddleware:
    """Wraps the application of `service`. With `marks_writes`, successful writes set the cookie `RECENT_WRITE`."""

    def __init__(
        self, app: ASGIApp, *, service: str, marks_writes: bool = False, max_body: int = MAX_BODY_BYTES
    ) -> None:
        self._app = app
        self._service = service
        self._marks_writes = marks_writes
        self._max_body = max_body
        self._durations: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        tracing.begin(_header(scope, b"traceparent"))
        response = _Response(send, marks_success=self._marks_writes and scope["method"] in _WRITES)
        routed = _normalised(scope)
        try:
            await self._handle(routed, receive, response)
        except Exception as error:
            if response.status:  # it has started: all that is left is to close the connection
                raise
            await self._send_error(error, routed, receive, response)
        finally:
            self._measure(scope["method"], _route(routed), response.status, time.perf_counter() - started)
        return None

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = _header(scope, b"content-length")
        if length is not None and length.isdigit() and int(length) > self._max_body:
            raise PayloadTooLarge(_size_message(self._max_body))
        await self._app(scope, _BoundedReceive(receive, self._max_body), send)

    async def _send_error(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(error, AppError):
            return await response_for(error)(scope, receive, send)
        log.error("request.failed", method=scope["method"], route=_route(scope), exc_info=error)
        return await response_for(AppError())(scope, receive, send)

    def _measure(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method if method in _METHODS else "other", route, status)
        if key not in self._durations:
            self._durations[key] = HTTP_REQUEST_DURATION.labels(self._service, key[0], route, str(status))
        self._durations[key].observe(seconds)


class _Response:
    """Sends the response. `status` is 0 until it has started."""

    def __init__(self, send: Send, *, marks_success: bool) -> None:
        self._send = send
        self._marks_success = marks_success
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._marks_success and self.status < HTTPStatus.MULTIPLE_CHOICES:
                message = {**message, "headers": [*message["headers"], RECENT_WRITE]}
        await self._send(message)


class _BoundedReceive:
    """Refuses a body that exceeds the limit without having declared its length."""

    def __init__(self, receive: Receive, max_body: int) -> None:
        self._receive = receive
        self._max_body = max_body
        self._received = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._max_body:
            # Not our PayloadTooLarge: FastAPI turns other exceptions while reading a body into a 400.
            raise HTTPException(PayloadTooLarge.status, _size_message(self._max_body))
        return message


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


def _size_message(limit: int) -> str:
    return f"The request body is too large: send at most {limit} bytes."


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def _route(scope: Scope) -> str:
    """The route's template (`/api/orders/{order_id}`): raw paths would be an unbounded label."""
    return getattr(scope.get("route"), "path", "unmatched")
