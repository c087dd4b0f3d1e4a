"""The edge: one thin ASGI middleware that every request passes. It traces, measures, bounds the body and answers 500.

Plain ASGI, because each layer of Starlette's BaseHTTPMiddleware costs more CPU than the rest of a small request.
"""

import time

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticketing_common.errors import AppError, PayloadTooLarge
from ticketing_common.observability import tracing
from ticketing_common.observability.metrics import HTTP_REQUEST_DURATION
from ticketing_common.web.envelope import response_for

log = structlog.get_logger(__name__)

# A megabyte of nonsense in a field gets that field's own error; more than this is not even read.
MAX_BODY_BYTES = 2 * 1024 * 1024


# Anybody can make up a method: as a label it would be without bound.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMiddleware:
    """Wraps the whole application of `service`."""

    def __init__(self, app: ASGIApp, *, service: str, max_body: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._service = service
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        tracing.begin(_header(scope, b"traceparent"))
        watched = _WatchedSend(send)
        try:
            await self._handle(scope, receive, watched)
        except Exception as error:
            if watched.status:  # the answer had begun: nothing can be mended, the server closes the connection
                raise
            await self._answer_error(error, scope, receive, watched)
        finally:
            self._measure(scope, watched.status, time.perf_counter() - began)
        return None

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = _header(scope, b"content-length")
        if length is not None and length.isdigit() and int(length) > self._max_body:
            raise PayloadTooLarge(_too_large(self._max_body))
        await self._app(scope, _BoundedReceive(receive, self._max_body), send)

    async def _answer_error(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(error, AppError):
            return await response_for(error)(scope, receive, send)
        log.error("request.failed", method=scope["method"], route=_route(scope), exc_info=error)
        return await response_for(AppError())(scope, receive, send)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = _route(scope), scope["method"] if scope["method"] in _METHODS else "other"
        HTTP_REQUEST_DURATION.labels(self._service, method, route, str(status)).observe(seconds)


class _WatchedSend:
    """Remembers the status that was sent; 0 while none was."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class _BoundedReceive:
    """Refuses a body that grows past the bound without having said its length."""

    def __init__(self, receive: Receive, max_body: int) -> None:
        self._receive = receive
        self._max_body = max_body
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._max_body:
            # Not our PayloadTooLarge: FastAPI turns all but its own exceptions from reading a body into a 400.
            raise HTTPException(PayloadTooLarge.status, _too_large(self._max_body))
        return message


def _too_large(bound: int) -> str:
    return f"The request body is too large: send at most {bound} bytes."


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def _route(scope: Scope) -> str:
    """The route's template (`/api/orders/{order_id}`), never the raw path: that would be a label without bound."""
    return getattr(scope.get("route"), "path", "unmatched")
