"""One route of Stripe's API as an ASGI app: sends the response with Stripe's headers, or drops the connection."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stripe_emulator.account import API_VERSION, Account
from stripe_emulator.http.execution import ConnectionDropped, Execution
from stripe_emulator.http.idempotency import ApiResponse
from stripe_emulator.http.request import Handler
from stripe_emulator.objects import new_id

CLOSE = "stripe_emulator.close"


class ClosableProtocol(HttpToolsProtocol):
    """Lets the application close the connection without a response, as a network failure does."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CLOSE: self.transport.close}  # type: ignore[dict-item]


class Endpoint:
    """An ASGI app around one handler; `accepted` are the prefixes of the keys that may call it."""

    def __init__(self, account: Account, handler: Handler, *, accepted: tuple[str, ...]) -> None:
        self._account = account
        self._handler = handler
        self._accepted = accepted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = new_id("req")
        try:
            execution = Execution(self._account, self._handler, self._accepted, request, request_id)
            response = await execution.respond()
        except ConnectionDropped:
            await _close_connection(scope, receive)
            return
        await _with_headers(response, request, request_id)(scope, receive, send)


async def _close_connection(scope: Scope, receive: Receive) -> None:
    """Close it and wait until it is gone, so that nothing more is written to it."""
    scope["extensions"][CLOSE]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _with_headers(response: ApiResponse, request: Request, request_id: str) -> Response:
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        "Cache-Control": "no-cache, no-store",
    }
    key = request.headers.get("idempotency-key")
    if key and request.method == "POST":
        headers["Idempotency-Key"] = key
        headers["Original-Request"] = request_id
    if response.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(response.body, response.status, headers, media_type="application/json")
