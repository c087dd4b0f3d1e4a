"""The requests of one user, each repeated until a response settles it."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Any, Protocol

import httpx

TIMEOUT_SECONDS = 40.0
RETRY_WITHIN_SECONDS = 30.0
RETRY_SECONDS = 0.3
# An event has not arrived everywhere yet (404), or a process is away.
RETRYABLE = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)

Outcome = httpx.Response | httpx.TransportError


class GaveUp(Exception):
    """No response that settles the request came in time."""


class Observer(Protocol):
    """Is told about every request."""

    def attempted(self, route: str, outcome: Outcome, seconds: float) -> None:
        """One attempt, which took so long."""

    def gave_up(self, route: str, outcome: Outcome, *, is_retryable: bool) -> None:
        """The last attempt of a request that was not settled."""


class RequestClient:
    """One user's session at `url`. `pace` returns when the next request may be sent."""

    def __init__(self, url: str, observer: Observer, *, pace: Callable[[], Awaitable[object]] | None = None) -> None:
        is_tls = url.startswith("https")  # loading certificates takes a while, for each user
        verify = True if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False, verify=verify)
        self._observer = observer
        self._pace = pace

    async def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, expected: Collection[int]
    ) -> httpx.Response:
        """The first expected response. GaveUp when none comes in time, or a response that no retry changes."""
        route = f"{method} /{'/'.join(path.partition('?')[0].split('/')[1:3])}"
        deadline = time.monotonic() + RETRY_WITHIN_SECONDS
        while True:
            outcome = await self._attempt(route, method, path, body)
            if isinstance(outcome, httpx.Response) and outcome.status_code in expected:
                return outcome
            wait = _retry_after(outcome)
            if wait is None or time.monotonic() + wait > deadline:
                self._observer.gave_up(route, outcome, is_retryable=wait is not None)
                raise GaveUp(f"{route}: {describe(outcome)}")
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def _attempt(self, route: str, method: str, path: str, body: dict[str, Any] | None) -> Outcome:
        if self._pace is not None:
            await self._pace()
        began = time.perf_counter()
        outcome: Outcome
        try:
            outcome = await self.http.request(method, path, json=body)
        except httpx.TransportError as error:
            outcome = error
        self._observer.attempted(route, outcome, time.perf_counter() - began)
        return outcome


def _retry_after(outcome: Outcome) -> float | None:
    """Seconds until another attempt may succeed; None when it cannot."""
    if isinstance(outcome, httpx.Response):
        if outcome.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = outcome.headers.get("Retry-After", "")
            return float(seconds) if seconds.isdecimal() else RETRY_SECONDS
        if outcome.status_code not in RETRYABLE:
            return None
    return RETRY_SECONDS


def describe(outcome: Outcome) -> str:
    """In one line."""
    if isinstance(outcome, httpx.TransportError):
        return f"no response ({type(outcome).__name__})"
    return f"{outcome.status_code} {outcome.text[:300]}"
