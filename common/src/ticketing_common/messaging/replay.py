"""An ephemeral consumer: what every process must know by itself, it reads again at each start, and then follows."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar
from uuid import uuid4

import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, Header, StatusCode
from pydantic import ValidationError

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event
from ticketing_common.messaging.connection import Broker, keep_consuming
from ticketing_common.stream_names import EVENTS_STREAM

log = structlog.get_logger(__name__)

EventT = TypeVar("EventT", bound=Event)

_HEARTBEAT_SECONDS = 1.0
# Without any heartbeat for so long, the consumer is gone.
_SILENCE_SECONDS = 3.0
_CHECK_SECONDS = 0.5
# The broker removes the consumer of a killed process after this long.
_INACTIVE_SECONDS = 30.0
# Events that were stored just before the last one that was received may have been on their way when it was lost.
_OVERLAP = timedelta(minutes=1)


class ReplayConsumer(Generic[EventT]):
    """Calls `apply` with every event of one kind that was published since `since()`, and from then on.

    Events come in their order, some twice; `apply` must tolerate both, and must not block. Nothing is acknowledged.

    A push consumer, so that a process may create it without the right to take others' messages: the subject of its
    creation names what it may read (`$JS.API.CONSUMER.CREATE.TICKETING.*.session.revoked`), and it arrives in an inbox.
    For flow control the process publishes to `$JS.FC.TICKETING.>`.
    """

    def __init__(
        self, broker: Broker, event: type[EventT], apply: Callable[[EventT], None], *, since: Callable[[], datetime]
    ) -> None:
        self._broker = broker
        self._event = event
        self._apply = apply
        self._since = since
        self._last_at: datetime | None = None
        self._replayed = asyncio.Event()
        self.name = f"{event.subject}.replay"

    async def run(self) -> None:
        """Consume until cancelled: through outages, restarts of the broker and deletion of the consumer."""
        await keep_consuming(self._broker, self._consume, consumer=self.name)

    async def close(self) -> None:
        """The broker removes the consumer by itself."""

    async def wait_replayed(self) -> None:
        """Return once all that had been published before is applied."""
        await self._replayed.wait()

    async def _consume(self) -> None:
        """Raises when the consumer is lost."""
        delivery = _Delivery()
        client = self._broker.client
        inbox = client.new_inbox()
        subscription = await client.subscribe(inbox, cb=partial(self._receive, delivery))
        try:
            pending = await self._create_consumer(inbox)
            self._note_replayed(delivery, pending if delivery.pending is None else delivery.pending)
            while True:
                await asyncio.sleep(_CHECK_SECONDS)
                delivery.require_alive(connected=self._broker.connected)
        finally:
            if client.is_connected:
                await subscription.unsubscribe()

    async def _create_consumer(self, inbox: str) -> int:
        """How many events it has to replay."""
        config = ConsumerConfig(
            name=f"replay-{uuid4().hex}",
            filter_subject=self._event.subject.value,
            deliver_subject=inbox,
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=max(self._since(), self._last_at - _OVERLAP) if self._last_at else self._since(),
            ack_policy=AckPolicy.NONE,
            flow_control=True,
            idle_heartbeat=_HEARTBEAT_SECONDS,
            inactive_threshold=_INACTIVE_SECONDS,
            num_replicas=1,
            mem_storage=True,
        )
        return (await self._broker.jetstream.add_consumer(EVENTS_STREAM, config)).num_pending or 0

    async def _receive(self, delivery: "_Delivery", message: Msg) -> None:
        delivery.heard_at = asyncio.get_running_loop().time()
        headers = message.headers or {}
        if headers.get(Header.STATUS) == StatusCode.CONTROL_MESSAGE:
            # A request of flow control, or a heartbeat of a consumer that still waits for the response to one.
            if reply := message.reply or headers.get(Header.CONSUMER_STALLED):
                await self._broker.client.publish(reply)
            delivery.check_heartbeat(headers.get(Header.LAST_CONSUMER))
            return
        delivery.check_sequence(message.metadata.sequence.consumer)
        self._handle(message)
        delivery.pending = message.metadata.num_pending
        if not delivery.has_gap:  # else what is missing would never be read again
            self._last_at = message.metadata.timestamp
        self._note_replayed(delivery, delivery.pending)

    def _handle(self, message: Msg) -> None:
        try:
            self._apply(self._event.parse(message.data))
        except (ValidationError, Unavailable):
            log.exception("consumer.invalid_message", consumer=self.name, subject=message.subject)

    def _note_replayed(self, delivery: "_Delivery", pending: int) -> None:
        if pending == 0 and not delivery.has_gap:
            self._replayed.set()


class ConsumerLost(NatsError):
    """The consumer is gone, or messages of it are: it must be created again."""


class _Delivery:
    """What has arrived of one consumer."""

    def __init__(self) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        self.pending: int | None = None  # after the last message
        self._sequence = 0
        self.has_gap = False

    def check_sequence(self, sequence: int) -> None:
        """Note the message's number."""
        self.has_gap = self.has_gap or sequence != self._sequence + 1
        self._sequence = sequence

    def check_heartbeat(self, last_sequence: str | None) -> None:
        """Compare the number of the last message that the broker has sent."""
        if last_sequence is not None and int(last_sequence) != self._sequence:
            self.has_gap = True

    def require_alive(self, *, connected: bool) -> None:
        """Raises Unavailable or ConsumerLost."""
        if not connected:
            raise Unavailable("The message broker is unreachable.")
        if self.has_gap:
            raise ConsumerLost("a message was lost")
        if asyncio.get_running_loop().time() - self.heard_at > _SILENCE_SECONDS:
            raise ConsumerLost("no heartbeat")
