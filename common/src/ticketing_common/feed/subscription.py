"""One follower of a feed."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum

# More than what a follower on a slow line is late by, and little enough for a thousand of them, who share most of it.
MAX_PENDING_BYTES = 256 * 1024


class Closed(StrEnum):
    """Why a follower gets no more."""

    CLIENT = "client"
    DRAIN = "drain"
    SESSION = "session"
    SLOW = "slow"
    OUTAGE = "outage"
    LOST = "lost"


_AT_ONCE = {Closed.CLIENT, Closed.SESSION, Closed.SLOW}


class Subscription:
    """What a follower has yet to send to its client, within a bound. `audience` is whose changes it gets.

    `is_valid`: whether they may still be sent. `on_slow` is called when the client does not read what it is sent.
    """

    def __init__(self, audience: str | None, is_valid: Callable[[], bool], *, on_slow: Callable[[], None]) -> None:
        self.audience = audience
        self.closed: Closed | None = None
        self._is_valid = is_valid
        self._on_slow = on_slow
        self._chunks = deque[bytes]()
        self._bytes = 0
        self._wake = asyncio.Event()

    def push(self, chunk: bytes) -> None:
        """Add what is to be sent. One that has not sent what it got before is closed."""
        if self.closed:
            return None
        if self._chunks and self._bytes + len(chunk) > MAX_PENDING_BYTES:
            self.close(Closed.SLOW)
            return self._on_slow()
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        self._wake.set()
        return None

    def close(self, reason: Closed) -> None:
        """The first reason counts. What is pending is still sent, unless the client or its session is gone."""
        if self.closed:
            return
        self.closed = reason
        if reason in _AT_ONCE:
            self._chunks.clear()
        self._wake.set()

    def check(self) -> None:
        """Close it if it is not valid any more."""
        if not self.closed and not self._is_valid():
            self.close(Closed.SESSION)

    async def take(self) -> bytes:
        """What is pending, once there is something; empty if it is closed."""
        while not self._chunks and not self.closed:
            self._wake.clear()
            await self._wake.wait()
        self.check()
        chunk = b"".join(self._chunks)
        self._chunks.clear()
        self._bytes = 0
        return chunk
