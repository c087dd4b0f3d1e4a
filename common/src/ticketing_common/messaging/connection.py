"""The connection to NATS: made in the background, kept for ever, never a reason for HTTP to wait."""

import asyncio

import nats
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.streams import StreamLimits, ensure_streams
from ticketing_common.observability.metrics import BROKER_CONNECTED

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 0.5
# A broker that is just coming up takes a request and forgets it: it is repeated after this long.
_ANSWER_WITHIN_SECONDS = 2.0


class Broker:
    """One NATS connection of a process. `run()` connects, creates the streams and returns; NATS reconnects by itself.

    A server that hangs is noticed after about 8 s (measured: shared by pings each 2 s, two may go unanswered).
    """

    name = "nats"

    def __init__(self, url: str, *, client_name: str, limits: StreamLimits | None = None) -> None:
        self._url = url
        self._client_name = client_name
        self._limits = limits or StreamLimits()
        self._client = Client()
        self._ready = asyncio.Event()
        self._restoring: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection stands right now."""
        return self._client.is_connected

    @property
    def jetstream(self) -> JetStreamContext:
        """The stream API; Unavailable while there is no connection."""
        if not self.connected:
            raise Unavailable("The message broker is out of reach.")
        return self._client.jetstream(timeout=_ANSWER_WITHIN_SECONDS)

    def status(self) -> str:
        """`up` or `down`, for the readiness answer."""
        return "up" if self.connected else "down"

    async def run(self) -> None:
        """Connect and create the streams, trying for ever."""
        while not self.connected:
            try:
                await self._connect()
            except (OSError, nats.errors.Error, TimeoutError) as error:
                log.info("broker.unreachable", error=repr(error), retry_in_seconds=_RETRY_SECONDS)
                await asyncio.sleep(_RETRY_SECONDS)
        await self.ensure_streams()
        self._ready.set()

    async def wait_ready(self) -> None:
        """Until the first connection stands and the streams are there."""
        await self._ready.wait()

    async def ensure_streams(self) -> None:
        """Create or update the streams, trying for ever; also after a broker came back empty."""
        while True:
            try:
                return await ensure_streams(self.jetstream, self._limits)
            except Unavailable:  # said once, when the connection broke
                await asyncio.sleep(_RETRY_SECONDS)
            except (OSError, nats.errors.Error, TimeoutError) as error:
                reason = str(error) or repr(error)
                log.warning("broker.streams_not_ready", error=reason, retry_in_seconds=_RETRY_SECONDS)
                await asyncio.sleep(_RETRY_SECONDS)

    async def close(self) -> None:
        """Say goodbye. Listeners have stopped and the relay has flushed by now, so there is nothing to drain."""
        if self._restoring is not None:
            self._restoring.cancel()
        if not self._client.is_closed:
            await self._client.close()

    async def _connect(self) -> None:
        self._client = Client()
        await self._client.connect(
            self._url,
            name=self._client_name,
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RETRY_SECONDS,  # type: ignore[arg-type]  # declared int, but slept as it is
            connect_timeout=2,
            ping_interval=2,
            max_outstanding_pings=2,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
        )
        await self._on_connected()

    async def _on_connected(self) -> None:
        BROKER_CONNECTED.set(1)
        log.info("broker.connected")

    async def _on_reconnected(self) -> None:
        await self._on_connected()
        # It may have come back without its data, and a service that only speaks would never notice. As a task: the
        # client waits for this callback before it goes on.
        if self._restoring is None or self._restoring.done():
            self._restoring = asyncio.create_task(self.ensure_streams(), name="nats.ensure_streams")

    async def _on_disconnected(self) -> None:
        BROKER_CONNECTED.set(0)
        log.warning("broker.disconnected")

    async def _on_error(self, error: Exception) -> None:
        log.info("broker.error", error=repr(error))
