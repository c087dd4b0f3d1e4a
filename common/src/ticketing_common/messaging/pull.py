"""A request for messages that stays open: they arrive as they are published, and in bulk from a backlog."""

import asyncio
import contextlib
import json

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import Header, StatusCode

from ticketing_common.stream_names import EVENTS_STREAM

# A request that a restarting broker swallowed is repeated after this long.
_EXPIRES_SECONDS = 2.0
_LATE_SECONDS = 0.5
_CLOSE_TIMEOUT_SECONDS = 0.5


class PullFailed(NatsError):
    """The broker ended the request for another reason than its time: the consumer is gone, or the broker stops."""


class Pull:
    """The messages of a durable consumer, of which one request at a time is open.

    The client's own `fetch` creates a task and a timer for each message, and a request for each call.
    """

    def __init__(self, client: Client, durable: str) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{EVENTS_STREAM}.{durable}"
        self._messages: list[Msg] = []
        self._failure: PullFailed | None = None
        self._arrival = asyncio.Event()
        self._number = 0
        self._requested = 0

    async def open(self) -> None:
        """Begin to listen for the answers."""
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._receive)

    async def take(self, limit: int) -> list[Msg]:
        """What has arrived, once there is something; none after two seconds. At most `limit` more are requested.

        Raises NatsError.
        """
        if self._requested <= 0:
            await self._request(limit)
        try:
            async with asyncio.timeout(_EXPIRES_SECONDS + _LATE_SECONDS):
                await self._arrival.wait()
        except TimeoutError:
            self._requested = 0
        self._arrival.clear()
        if self._failure is not None:
            raise self._failure
        messages, self._messages = self._messages, []
        return messages

    async def close(self) -> list[Msg]:
        """End the request; what had arrived by then, or was on its way."""
        with contextlib.suppress(NatsError, OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_SECONDS):
                await self._end_subscription()
        messages, self._messages = self._messages, []
        return messages

    async def _end_subscription(self) -> None:
        if self._client.is_connected:
            await self._subscription.drain()  # type: ignore[no-untyped-call]
        else:
            await self._subscription.unsubscribe()

    async def _request(self, limit: int) -> None:
        self._number += 1
        self._requested = limit
        request = {"batch": limit, "expires": int(_EXPIRES_SECONDS * 1e9)}
        await self._client.publish(self._subject, json.dumps(request).encode(), reply=f"{self._inbox}.{self._number}")

    async def _receive(self, message: Msg) -> None:
        status = (message.headers or {}).get(Header.STATUS)
        if status is None:
            self._messages.append(message)
            self._requested -= 1
        elif message.subject == f"{self._inbox}.{self._number}":  # not one that came after we had given up on it
            self._requested = 0
            if status != StatusCode.REQUEST_TIMEOUT:
                self._failure = PullFailed(f"{status} {(message.headers or {}).get(Header.DESCRIPTION, '')}")
        self._arrival.set()
