"""Bounds on request bodies. Parsing one keeps the whole process busy, so that a large or deep one delays everybody."""

import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from ticketing_common.errors import PayloadTooLarge

# Leaves room for an oversized field, which gets its own error; a larger body is not read.
MAX_BODY_BYTES = 64 * 1024
MAX_DEPTH = 100

_TOO_LARGE = f"The request body is too large: send at most {MAX_BODY_BYTES} bytes."
# An unterminated one, which no JSON has, extends to the last byte: looking for its end from each quote is quadratic.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def refuse_declared_length(headers: Mapping[bytes, bytes]) -> None:
    """Raises PayloadTooLarge before anything of the body is read."""
    if _declared_length(headers) > MAX_BODY_BYTES:
        raise PayloadTooLarge(_TOO_LARGE)


def _declared_length(headers: Mapping[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


class BoundedReceive:
    """Refuses a body that exceeds the limits without having declared its length, or is nested too deeply for JSON."""

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes]) -> None:
        self._receive = receive
        self._body = bytearray()
        self._incomplete = 0 < _declared_length(headers) <= MAX_BODY_BYTES or b"transfer-encoding" in headers

    async def __call__(self) -> Message:
        message = await self._read()
        # Not our own errors: FastAPI turns other exceptions while reading a body into a 400.
        if len(self._body) > MAX_BODY_BYTES:
            raise HTTPException(PayloadTooLarge.status, _TOO_LARGE)
        if not message.get("more_body") and _is_deep(self._body):
            raise HTTPException(400)
        return message

    async def drain(self) -> None:
        """Read what is left, within the limit: a proxy that still sends the body may lose the response."""
        while self._incomplete and len(self._body) <= MAX_BODY_BYTES:
            await self._read()

    async def _read(self) -> Message:
        message = await self._receive()
        self._body += message.get("body", b"")
        self._incomplete = self._incomplete and bool(message.get("more_body"))
        return message


def _is_deep(body: bytearray) -> bool:
    """Whether brackets are nested more than `MAX_DEPTH` deep, those in strings aside."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:  # almost always
        return False
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False
