"""Server-sent events: a response that stays open while its client follows a feed."""

import asyncio
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from random import randrange
from typing import Annotated, Self

from fastapi import Depends, Request, Response
from prometheus_client import Counter, Gauge
from starlette.types import Receive, Scope, Send

from ticketing_common.errors import TooManyRequests, Unavailable
from ticketing_common.feed import Closed, Feed, Subscription
from ticketing_common.http_protocol import ABORT
from ticketing_common.settings import StreamingSettings
from ticketing_common.web.background import BackgroundTask
from ticketing_common.web.client_address import client_address
from ticketing_common.web.deps import from_state
from ticketing_common.web.middleware import FOLLOW, Follow

OPEN = Gauge("event_streams_open", "Clients that follow what happens, by server-sent events")
ENDED = Counter("event_streams_ended_total", "Event streams that ended, by reason", ["reason"])

TICK_SECONDS = 1.0
# Proxies end a connection on which nothing is sent for a minute.
BEAT_SECONDS = 15.0
# A broker that restarts is back by then.
MAX_OUTAGE_SECONDS = 5.0
_RETRY_AFTER_SECONDS = 15
_LAST_EVENT_ID = "last-event-id"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # has nginx pass on each write
}
# Milliseconds until the browser connects again.
_BEGIN = b"retry: 2000\n\n"
_RETRY_MS = 500, 3_500


class EventStreams:
    """The open streams of a process: how many there may be, and when they end. A BackgroundTask, one of its `tasks`."""

    name = "event_streams"

    def __init__(
        self,
        feed: Feed,
        settings: StreamingSettings,
        *,
        tick: float = TICK_SECONDS,
        beat: float = BEAT_SECONDS,
        max_outage: float = MAX_OUTAGE_SECONDS,
    ) -> None:
        self._feed = feed
        self._max = min(settings.max_event_streams, _file_descriptors() // 2)  # the others are for everything else
        self._max_per_address = settings.event_streams_per_address if settings.rate_limits == "on" else self._max
        self._tick = tick
        self._beat = beat
        self._max_outage = max_outage
        self._addresses: dict[str, int] = {}
        self._is_draining = False
        for reason in Closed:
            ENDED.labels(reason)

    @property
    def tasks(self) -> Sequence[BackgroundTask]:
        """What runs in the background."""
        return [*self._feed.consumers, self._feed, self]

    def open(
        self, request: Request, *, audience: str | None = None, is_valid: Callable[[], bool] = lambda: True
    ) -> Response:
        """A stream of the changes for `audience`, which ends when it is not valid any more.

        Raises Unavailable if there are too many, or if nothing can be followed now, and TooManyRequests.
        """
        address = client_address(request.scope)
        if self._is_draining or not self._feed.live or len(self._feed.subscriptions) >= self._max:
            raise Unavailable(retry_after=_RETRY_AFTER_SECONDS)
        if self._addresses.get(address, 0) >= self._max_per_address:
            raise TooManyRequests("Too many open event streams from your address.", retry_after=_RETRY_AFTER_SECONDS)
        abort = request.scope.get("extensions", {}).get(ABORT, {})
        subscription = Subscription(audience, is_valid, on_slow=abort.get("call", _nothing))
        return EventStream.of(partial(self._follow, subscription, request.headers.get(_LAST_EVENT_ID), address))

    def drain(self) -> None:
        """End all streams, and refuse new ones: their clients connect to another process."""
        self._is_draining = True
        self._feed.end_all(Closed.DRAIN)

    async def run(self) -> None:
        """Check and beat until cancelled."""
        last_beat = live_at = time.monotonic()
        while True:
            await asyncio.sleep(self._tick)
            now = time.monotonic()
            live_at = now if self._feed.live else live_at
            if now - live_at > self._max_outage:
                self._feed.end_all(Closed.OUTAGE)
            for subscription in self._feed.subscriptions:
                subscription.check()
            if now - last_beat >= self._beat:
                last_beat = now
                await self._feed.beat()

    async def close(self) -> None:
        """End all streams."""
        self.drain()

    async def _follow(
        self, subscription: Subscription, cursor: str | None, address: str, receive: Receive, send: Send
    ) -> None:
        """Send what is pushed until the stream ends."""
        self._addresses[address] = self._addresses.get(address, 0) + 1
        OPEN.inc()
        watch = asyncio.create_task(_watch(receive, subscription))
        try:
            await self._send_all(subscription, cursor, send)
        finally:
            watch.cancel()
            self._feed.unsubscribe(subscription)
            self._release(address)
            OPEN.dec()
            ENDED.labels(subscription.closed or Closed.CLIENT).inc()

    async def _send_all(self, subscription: Subscription, cursor: str | None, send: Send) -> None:
        try:
            chunk = _BEGIN + await self._feed.subscribe(subscription, cursor)
        except Unavailable:
            subscription.close(Closed.OUTAGE)
            chunk = b""
        while chunk:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            chunk = await subscription.take()
        # Or the clients of a process that ends would all connect again at the same moment.
        end = b"retry: %d\n\n" % randrange(*_RETRY_MS) if subscription.closed is Closed.DRAIN else b""  # noqa: S311
        await send({"type": "http.response.body", "body": end})

    def _release(self, address: str) -> None:
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]


class EventStream(Response):
    """A response that only begins here: the middleware has the rest sent when it has recorded the request."""

    media_type = "text/event-stream"
    follow: Follow

    @classmethod
    def of(cls, follow: Follow) -> Self:
        """What `follow` sends."""
        stream = cls(headers=_HEADERS)
        del stream.headers["content-length"]
        stream.follow = follow
        return stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        scope[FOLLOW] = self.follow


StreamsDep = Annotated[EventStreams, Depends(from_state("streams"))]
"""The process's streams (`app.state.streams`)."""


async def _watch(receive: Receive, subscription: Subscription) -> None:
    """Close the subscription when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.close(Closed.CLIENT)


def _file_descriptors() -> int:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def _nothing() -> None:
    """Servers that cannot cut a connection wait for its client."""
