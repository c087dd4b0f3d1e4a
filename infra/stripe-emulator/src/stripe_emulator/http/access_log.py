"""One log line per request: method, path, status, duration. Never bodies, queries, keys, tokens or client secrets."""

import logging
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("stripe_emulator.access")

# Words of the API, and ids that grant no access; anything else (tokens, PaymentMethods, unknown text) is masked.
_HARMLESS = re.compile(r"|v\d|[a-z_]{1,40}|3ds|emulate_3ds|(pi|ch|re|evt|du)_[A-Za-z0-9]{1,40}")


class AccessLog:
    """Logs each request when it is over, with or without a response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status: object = "none"

        async def record_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, record_status)
        finally:
            ms = (time.perf_counter() - started) * 1000
            logger.info("request.completed %s %s status=%s ms=%.1f", scope["method"], masked(scope["path"]), status, ms)


def masked(path: str) -> str:
    """The path without anything that might be a secret."""
    return "/".join(part if _HARMLESS.fullmatch(part) else "***" for part in path.split("/"))
