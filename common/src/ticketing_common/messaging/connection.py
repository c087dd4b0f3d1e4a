"""The connection to NATS: made and kept in the background, so that HTTP never waits for it."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from itertools import count
from urllib.parse import urlsplit
from uuid import uuid4

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.streams import StreamLimits, ensure_streams
from ticketing_common.messaging.write_health import WriteHealth
from ticketing_common.observability.dependencies import Dependency
from ticketing_common.observability.metrics import BROKER_CONNECTED

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 0.5
# A broker that is starting may swallow a request: it is repeated after this long.
_REQUEST_TIMEOUT_SECONDS = 2.0
# Core NATS, outside of every stream: it works while JetStream refuses writes.
_WRITE_FAILED_SUBJECT = "status.write_failed"


def inbox_prefix(url: str) -> str:
    """Where replies go: with a user in the URL, to subjects that only this user may subscribe to."""
    address = urlsplit(url)
    return f"_INBOX_{address.username}" if address.username and address.password else "_INBOX"


class Broker:
    """One NATS connection of a process. `run()` connects, creates the streams and returns; NATS reconnects by itself.

    A server that hangs is noticed after about 8 s (two unanswered pings, one each 2 s).
    """

    name = "nats"

    def __init__(self, url: str, *, client_name: str, limits: StreamLimits | None = None) -> None:
        self._url = url
        self._client_name = client_name
        self._limits = limits or StreamLimits()
        self._client = Client()
        self._attempted = asyncio.Event()
        self._ready = asyncio.Event()
        self._restoring: asyncio.Task[None] | None = None
        self._writes = WriteHealth()
        self._dependency = Dependency("nats", settle_seconds=0)  # the client itself reports when the connection is back
        self._id = uuid4().bytes

    @property
    def connected(self) -> bool:
        """Whether there is a connection right now."""
        return self._client.is_connected

    @property
    def available(self) -> bool:
        """Whether events can flow: connected, and JetStream stores what is published."""
        return self.connected and self._writes.writable

    @property
    def jetstream(self) -> JetStreamContext:
        """The stream API; Unavailable while there is no connection."""
        return self.client.jetstream(timeout=_REQUEST_TIMEOUT_SECONDS)

    @property
    def client(self) -> Client:
        """The connection itself; Unavailable while there is none."""
        if not self.connected:
            raise Unavailable("The message broker is unreachable.")
        return self._client

    def status(self) -> str:
        """`up`, `degraded` (connected, but writes fail) or `down`, for the readiness response."""
        if not self.connected:
            return "down"
        return "up" if self._writes.writable else "degraded"

    async def record_write(
        self, stream: str, *, stored: bool, error: object = None, started: float | None = None
    ) -> None:
        """Note whether `stream` acknowledged a publish that `started` then (in monotonic time), or why not.

        A failure is reported to the other processes.
        """
        self._writes.record(stream, stored=stored)
        if stored and self.available:
            self._dependency.succeeded(started=started)
        if stored or not self.connected:
            return
        self._dependency.failed(f"{stream} does not acknowledge what is published: {error!r}", started=started)
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._client.publish(_WRITE_FAILED_SUBJECT, self._id)

    async def run(self) -> None:
        """Connect and create the streams, retrying until it succeeds."""
        while not self.connected:
            try:
                await self._connect()
            except (OSError, nats.errors.Error, TimeoutError) as error:
                self._dependency.failed(error)
                await asyncio.sleep(_RETRY_SECONDS)
        self._attempted.set()
        await self.ensure_streams()
        self._ready.set()

    async def wait_attempted(self) -> None:
        """Return once the first attempt to connect has succeeded or failed."""
        await self._attempted.wait()

    async def wait_ready(self) -> None:
        """Return once connected for the first time and the streams exist."""
        await self._ready.wait()

    async def ensure_streams(self) -> None:
        """Create or update the streams, retrying until it succeeds; also needed after a broker came back empty."""
        for attempt in count():
            started = time.monotonic()
            try:
                await ensure_streams(self.jetstream, self._limits)
            except Unavailable:  # reported when the connection broke
                pass
            except (OSError, nats.errors.Error, TimeoutError) as error:
                if attempt:  # the first one may have met another process that creates them
                    self._dependency.failed(error, started=started)
            else:
                return self._dependency.succeeded(started=started)
            await asyncio.sleep(_RETRY_SECONDS)
        return None

    def restore_streams(self) -> None:
        """Ensure them in the background."""
        if self._restoring is None or self._restoring.done():
            self._restoring = asyncio.create_task(self.ensure_streams(), name="nats.ensure_streams")

    async def close(self) -> None:
        """Disconnect. Consumers have stopped and the relay has flushed by now, so there is nothing to drain."""
        if self._restoring is not None:
            self._restoring.cancel()
        if not self._client.is_closed:
            await self._client.close()

    async def _connect(self) -> None:
        self._client = Client()
        await self._client.connect(
            self._url,
            name=self._client_name,
            inbox_prefix=inbox_prefix(self._url),
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RETRY_SECONDS,  # type: ignore[arg-type]  # declared int, but any number works
            connect_timeout=2,
            ping_interval=2,
            max_outstanding_pings=2,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
        )
        await self._client.subscribe(_WRITE_FAILED_SUBJECT, cb=self._on_write_failed)
        self._on_connected()

    def _on_connected(self) -> None:
        BROKER_CONNECTED.set(1)

    async def _on_reconnected(self) -> None:
        self._on_connected()
        # It may have come back without its data, which a service that only publishes would never notice. In a task,
        # because the client waits for this callback before it continues.
        self.restore_streams()

    async def _on_disconnected(self) -> None:
        BROKER_CONNECTED.set(0)
        if not self._client.is_closed:  # by ourselves
            self._dependency.failed("disconnected")

    async def _on_write_failed(self, message: Msg) -> None:
        if message.data != self._id:
            self._writes.record_report()

    async def _on_error(self, error: Exception) -> None:
        self._attempted.set()  # the client itself repeats the first attempt for ever
        if not self.connected:
            self._dependency.failed(error)
        elif _needs_attention(error):
            log.warning("broker.client_error", error=repr(error))


def _needs_attention(error: Exception) -> bool:
    """Unlike a lost connection, which ends soon, and of which the client reports every attempt to restore it."""
    return isinstance(error, nats.errors.SlowConsumerError) or "permissions violation" in str(error).lower()


async def keep_consuming(broker: Broker, consume: Callable[[], Awaitable[None]], *, consumer: str) -> None:
    """Call `consume` until cancelled: again after each failure of the connection or the consumer."""
    await broker.wait_ready()
    while True:
        try:
            await consume()
        except (nats.errors.Error, OSError, TimeoutError, Unavailable) as error:
            log.debug("consumer.interrupted", consumer=consumer, error=repr(error))
            await asyncio.sleep(_RETRY_SECONDS)
            await broker.ensure_streams()
