"""Idempotency-Key: the routes that take one, and the response to a request that was handled before."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import WithJsonSchema

from ticketing_common.errors import InvalidRequest
from ticketing_common.idempotency import KeyedRequest, RequestStore, StoredRequest, once, unrecorded
from ticketing_common.web.deps import Now
from ticketing_common.web.sessions import UserId

ResultT = TypeVar("ResultT")

IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
MAX_KEY_CHARS = 255

# As it is, or as the draft has it: a string of structured fields (RFC 9651, 3.3.3).
_RAW = rf"[!#-~]([ -~]{{0,{MAX_KEY_CHARS - 2}}}[!-~])?"
_QUOTED = rf'"(?:[ !#-\[\]-~]|\\["\\]){{1,{MAX_KEY_CHARS}}}"'
_PATTERN = rf"^({_RAW}|{_QUOTED})$"
_KEY = re.compile(rf"{_RAW}|{_QUOTED}")


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


class Idempotency:
    """Responds to a request once, if it has a key."""

    def __init__(self, request: KeyedRequest | None) -> None:
        self._request = request

    async def respond(
        self, requests: RequestStore, act: Callable[..., Awaitable[ResultT]], render: Callable[[ResultT], Response]
    ) -> Response:
        """The response to what `act` returns, or the earlier one to this request. `act` takes `record`, a `Record`."""
        request = self._request
        if request is None:
            return render(await act(record=unrecorded))
        outcome = await once(
            requests, request, lambda: act(record=lambda result: response_with(request, render(result)))
        )
        return replay(outcome) if isinstance(outcome, StoredRequest) else render(outcome)


async def keyed_request(
    request: Request,
    user_id: UserId,
    now: Now,
    key: Annotated[
        str | None,
        Header(
            alias=IDEMPOTENCY_KEY,
            description="New for each request, such as a UUID. Sent again with the same body within 24 hours, the "
            "request has no second effect and gets the first one's response, with `Idempotency-Replayed: true`",
        ),
        WithJsonSchema({"type": "string", "pattern": _PATTERN}),
    ] = None,
) -> KeyedRequest | None:
    """The request with its key; None without one."""
    if key is None:
        return None
    fingerprint = hashlib.sha256(await request.body()).hexdigest()
    return KeyedRequest(user_id, parse_key(key), fingerprint, now)


async def _idempotency(request: Annotated[KeyedRequest | None, Depends(keyed_request)]) -> Idempotency:
    return Idempotency(request)


IdempotencyDep = Annotated[Idempotency, Depends(_idempotency)]
KeyedRequestDep = Annotated[KeyedRequest | None, Depends(keyed_request)]
