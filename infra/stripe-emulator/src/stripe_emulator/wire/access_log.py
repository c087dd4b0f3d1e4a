"""One line a request: method, path, status, time. Never bodies, queries, keys, tokens or client secrets."""

import logging
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("stripe_emulator.access")

# Words of the API and ids that open nothing; all else (tokens, PaymentMethods, the unknown) is masked.
_HARMLESS = re.compile(r"|v\d|[a-z_]{1,40}|3ds|emulate_3ds|(pi|ch|re|evt|du)_[A-Za-z0-9]{1,40}")


class AccessLog:
    """Logs each request when it is over, whether or not it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told: dict[str, object] = {"status": "no answer"}

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, listen)
        finally:
            spent = (time.perf_counter() - started) * 1000
            logger.info("%s %s %s %.1fms", scope["method"], masked(scope["path"]), told["status"], spent)


def masked(path: str) -> str:
    """The path with everything hidden that might be a secret."""
    return "/".join(part if _HARMLESS.fullmatch(part) else "***" for part in path.split("/"))
