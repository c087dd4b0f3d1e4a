"""An ephemeral consumer of one process, which gets the messages of a subject in the order of the stream."""

import asyncio
from functools import partial
from typing import Any
from uuid import uuid4

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, Header, StatusCode

from ticketing_common.errors import Unavailable
from ticketing_common.messaging.connection import Broker, keep_consuming
from ticketing_common.stream_names import EVENTS_STREAM

_HEARTBEAT_SECONDS = 1.0
# Without any heartbeat for so long, the consumer is gone.
_SILENCE_SECONDS = 3.0
_CHECK_SECONDS = 0.5
# The broker removes the consumer of a killed process after this long.
_INACTIVE_SECONDS = 30.0


class OrderedConsumer:
    """Consumes what is published under `subject`, in its order, from a start that its subclass decides.

    When messages are lost, or the consumer is, it is created again from another start. Nothing is acknowledged.

    A push consumer, so that a process may create it without the right to take others' messages: the subject of its
    creation names what it may read (`$JS.API.CONSUMER.CREATE.TICKETING.*.session.revoked`), and it arrives in an inbox.
    For flow control the process publishes to `$JS.FC.TICKETING.>`.
    """

    def __init__(self, broker: Broker, subject: str, *, name: str) -> None:
        self._broker = broker
        self._subject = subject
        self.name = name

    async def run(self) -> None:
        """Consume until cancelled: through outages, restarts of the broker and deletion of the consumer."""
        await keep_consuming(self._broker, self._consume, consumer=self.name)

    async def close(self) -> None:
        """The broker removes the consumer by itself."""

    async def _find_start(self) -> dict[str, Any]:
        """Where to begin to read: the fields of a ConsumerConfig that say so."""
        raise NotImplementedError

    def _handle(self, message: Msg, *, has_gap: bool) -> None:
        """Process a message, without blocking. With a gap, one before it was lost, and will be read again."""
        raise NotImplementedError

    def _note_live(self, is_live: bool) -> None:
        """Everything that had been published before is handled; or the consumer is lost."""
        raise NotImplementedError

    async def _consume(self) -> None:
        """Raises when the consumer is lost."""
        delivery = _Delivery()
        client = self._broker.client
        inbox = client.new_inbox()
        subscription = await client.subscribe(inbox, cb=partial(self._receive, delivery))
        try:
            pending = await self._create_consumer(inbox)
            self._compare(delivery, pending if delivery.pending is None else delivery.pending)
            while True:
                await asyncio.sleep(_CHECK_SECONDS)
                delivery.require_alive(connected=self._broker.connected)
        finally:
            self._note_live(False)
            if client.is_connected:
                await subscription.unsubscribe()

    async def _create_consumer(self, inbox: str) -> int:
        """How many messages it has to replay."""
        config = ConsumerConfig(
            name=f"replay-{uuid4().hex}",
            filter_subject=self._subject,
            deliver_subject=inbox,
            **await self._find_start(),
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
        self._handle(message, has_gap=delivery.has_gap)
        delivery.pending = message.metadata.num_pending
        self._compare(delivery, delivery.pending)

    def _compare(self, delivery: "_Delivery", pending: int) -> None:
        if pending == 0 and not delivery.has_gap:
            self._note_live(True)


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
