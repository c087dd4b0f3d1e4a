"""An ASGI app in place of a service: it responds with its pid, the path, the scheme and the client's address."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]

if "BROKEN" in os.environ:
    sys.exit(os.environ["BROKEN"])


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Responds to every request with 200: at once, for `?read` after it has read the body, for `?follow` in parts."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return None
    if scope["query_string"] == b"follow":
        return await stream(send)
    while scope["query_string"] == b"read" and (await receive()).get("more_body"):
        pass
    body = f"{os.getpid()} {scope['path']} {scope['scheme']} {scope['client'][0]}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})
    return None


async def stream(send: Callable[[Message], Awaitable[None]]) -> None:
    """Lasts longer than the gateway waits for a body, or for the next request."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for number in range(8):
        await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
        await asyncio.sleep(0.5)
    await send({"type": "http.response.body", "body": b""})
