"""Idempotency-Key: the routes that take one, and the response to a request that was handled before."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from fastapi import Request, Response

from ticketing_common.errors import InvalidRequest
from ticketing_common.idempotency import KeyedRequest, RequestStore, StoredRequest, once, unrecorded

ResultT = TypeVar("ResultT")

IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
MAX_KEY_CHARS = 255

# As it is, or as the draft has it: a string of structured fields (RFC 9651, 3.3.3).
_RAW = rf"[!#-~]([ -~]{{0,{MAX_KEY_CHARS - 2}}}[!-~])?"
_QUOTED = rf'"(?:[ !#-\[\]-~]|\\["\\]){{1,{MAX_KEY_CHARS}}}"'
_PATTERN = rf"^({_RAW}|{_QUOTED})$"
_KEY = re.compile(rf"{_RAW}|{_QUOTED}")

KEY_PARAMETER = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": _PATTERN},
    "description": "New for each request, such as a UUID. Sent again with the same body within 24 hours, the request "
    "has no second effect and gets the first one's response, with `Idempotency-Replayed: true`",
}
"""For the OpenAPI document of a route that takes a key."""


def parse_key(header: str) -> str:
    """The key in the header's value; InvalidRequest."""
    text = header.strip(" \t")
    if not _KEY.fullmatch(text):
        raise InvalidRequest(
            f"{IDEMPOTENCY_KEY} must be 1 to {MAX_KEY_CHARS} printable ASCII characters, such as a UUID.",
            field=IDEMPOTENCY_KEY,
        )
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def response_with(request: KeyedRequest, response: Response) -> StoredRequest:
    """The request with this response, to be stored."""
    return StoredRequest(
        key=request.key,
        fingerprint=request.fingerprint,
        at=request.at,
        status=response.status_code,
        body=bytes(response.body).decode(),
        headers={name: value for name, value in response.headers.items() if not name.startswith("content-")},
    )


def replay(request: StoredRequest) -> Response:
    """The response that the request got."""
    headers = {**request.headers, **REPLAYED}
    return Response(request.body, request.status or 0, headers=headers, media_type="application/json")


async def keyed_request(request: Request, *, user_id: str, now: datetime) -> KeyedRequest | None:
    """The user's request with its key; None without one. InvalidRequest.

    Not a dependency, which would cost each request 40 µs: a route documents `KEY_PARAMETER` itself.
    """
    header = request.headers.get(IDEMPOTENCY_KEY)
    if header is None:
        return None
    fingerprint = hashlib.sha256(await request.body()).hexdigest()
    return KeyedRequest(user_id, parse_key(header), fingerprint, now)


async def respond_once(
    request: KeyedRequest | None,
    requests: RequestStore,
    act: Callable[..., Awaitable[ResultT]],
    render: Callable[[ResultT], Response],
) -> Response:
    """The response to what `act` returns, or the earlier one to this request. `act` takes `record`, a `Record`."""
    if request is None:
        return render(await act(record=unrecorded))
    outcome = await once(requests, request, lambda: act(record=lambda result: response_with(request, render(result))))
    return replay(outcome) if isinstance(outcome, StoredRequest) else render(outcome)
