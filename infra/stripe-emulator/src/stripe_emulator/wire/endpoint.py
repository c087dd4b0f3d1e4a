"""A route of Stripe's API: sends the answer with Stripe's headers, or cuts the line when a fault says so."""

import logging

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stripe_emulator.account import API_VERSION, Account
from stripe_emulator.ids import new_id
from stripe_emulator.wire.answering import Answer, Answering, ConnectionDropped
from stripe_emulator.wire.call import Act
from stripe_emulator.wire.protocol import cut_connection

logger = logging.getLogger(__name__)


class Endpoint:
    """An ASGI app around one act; `for_pages` lets publishable keys in."""

    def __init__(self, account: Account, act: Act, *, for_pages: bool) -> None:
        self._account = account
        self._act = act
        self._for_pages = for_pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        request_id = new_id("req")
        answering = Answering(self._account, self._act, self._for_pages, request, request_id)
        try:
            answer = await answering.answer()
        except ConnectionDropped:
            await cut_connection(scope, receive)
            return
        await _response(request, request_id, answer)(scope, receive, send)


def _response(request: Request, request_id: str, answer: Answer) -> Response:
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        "Cache-Control": "no-cache, no-store",
    }
    key = request.headers.get("idempotency-key")
    if key and request.method == "POST":
        headers["Idempotency-Key"] = key
        headers["Original-Request"] = request_id
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, media_type="application/json")
