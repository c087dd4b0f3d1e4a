"""uvicorn's protocol for HTTP with bounds that it lacks: on the size of a request's head, and on how long a client may
take to send a request, or nothing. Run it by `--http ticketing_common.http_protocol:BoundedHttpProtocol`.
"""

import asyncio
import logging
from http import HTTPStatus
from itertools import chain
from typing import Any, ClassVar

from pydantic_core import to_json
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

ABORT = "ticketing.abort"
"""Extension of the ASGI scope: its `call` cuts the connection, whatever the client has not read yet."""

_MESSAGES = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read: send HTTP/1.1 with a percent-encoded URL.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Try again.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The URL and the headers are too large. Clear this site's cookies.",
}


class BoundedHttpProtocol(HttpToolsProtocol):
    """Closes a connection on which a request is not complete in time; between requests uvicorn's keep-alive applies."""

    # ingress-nginx and the gateway pass on less.
    max_head_bytes: ClassVar[int] = 40 * 1024
    # Once for the head and once for the body, whose size is bounded, too.
    receive_seconds: ClassVar[float] = 10

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = logging.getLogger("uvicorn.error.protocol")  # without warnings: see `observability.logs`
        self._deadline: asyncio.TimerHandle | None = None
        self._is_receiving = True
        self._head_is_complete = False
        self._head_bytes = 0
        self._refusal = HTTPStatus.BAD_REQUEST

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._extensions: dict[str, dict[object, object]] = {ABORT: {"call": transport.abort}}
        self._deadline = self.loop.call_later(self.receive_seconds, self._time_out)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._head_is_complete:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._head_is_complete and self._head_bytes > self.max_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        # Without a timer of uvicorn's: empty lines, which begin no request, have cancelled it.
        if self._is_receiving or (self.timeout_keep_alive_task is None and self._is_idle()):
            self._deadline = self._deadline or self.loop.call_later(self.receive_seconds, self._time_out)
        elif self._deadline is not None:
            self._cancel_deadline()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_receiving = True

    def on_headers_complete(self) -> None:
        self._head_is_complete = True
        if self._deadline is not None:
            self._cancel_deadline()
        if not 0 < self._head_bytes <= self.max_head_bytes and self._exceeds_head():
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise ValueError("the head is too large")  # ends parsing: uvicorn calls send_400_response
        self.scope["extensions"] = self._extensions
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_receiving = False
        self._head_is_complete = False
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:
        """In the error envelope instead of plain text."""
        self._refuse(self._refusal)

    def _should_upgrade_to_ws(self) -> bool:
        """Never: to a WebSocket neither these bounds apply nor those of `web.middleware`."""
        return False

    def _unsupported_upgrade_warning(self) -> None:
        """Not logged: anybody may send any number of such requests, which are handled like others."""

    def _exceeds_head(self) -> bool:
        """The exact size: `_head_bytes` includes what else came with the head, and is 0 if a request came before it."""
        return len(self.url) + sum(map(len, chain.from_iterable(self.headers))) > self.max_head_bytes

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _time_out(self) -> None:
        self._deadline = None
        if self._head_bytes and (self.cycle is None or not self.cycle.response_started or self.cycle.response_complete):
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        if self.transport.is_closing():
            return
        body = to_json({"errors": [{"message": _MESSAGES[status]}]})
        headers = (
            b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n"
            b"cache-control: no-store\r\nx-content-type-options: nosniff\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[status] + headers % len(body) + body)
        self.transport.close()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
