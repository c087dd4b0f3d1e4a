"""The network between the services: events reach listeners as late, as often and in any order a test likes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ticketing_common.events import Envelope, Event, Received
from ticketing_common.messaging import BatchListener, Listener, RetryLater
from ticketing_common.messaging.listener import TRANSIENT_ERRORS

# Errors after which a message is redelivered for ever. Any other would dead-letter it in the end: a defect.
RETRIED: tuple[type[BaseException], ...] = (RetryLater, *TRANSIENT_ERRORS)


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one listener."""

    listener: Listener[Any]
    envelope: Envelope

    def __str__(self) -> str:
        return f"{self.envelope.id} to {self.listener.durable}"

    async def handle(self) -> None:
        """Let the listener handle the message's bytes."""
        await self.listener.handle(self.event())

    def event(self) -> Event:
        """What the message's bytes say."""
        return self.listener.event.model_validate_json(json.dumps(self.envelope.data))


class Network:
    """`pending` is under way; `handled` was handled at least once, oldest first."""

    def __init__(self, listeners: Sequence[Listener[Any]]) -> None:
        self._listeners = listeners
        self.stream: dict[str, Envelope] = {}
        self.pending: list[Delivery] = []
        self.handled: list[Delivery] = []

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Send events to all that consume them; what is published again is sent again, as after the dedup window."""
        for envelope in envelopes:
            self.stream.setdefault(envelope.id, envelope)
            self.pending += [
                Delivery(listener, envelope)
                for listener in self._listeners
                if listener.event.subject.value == envelope.subject
            ]

    async def deliver(self, which: int) -> bool:
        """One of those under way arrives; False when it is to be redelivered."""
        return bool(self.pending) and await self._handle_and_ack(self.pending[which % len(self.pending)])

    async def deliver_to(self, durable: str) -> None:
        """All events under way to this listener arrive."""
        for delivery in [item for item in self.pending if item.listener.durable == durable]:
            await self._handle_and_ack(delivery)

    async def deliver_batch(self, which: int) -> None:
        """As one of those under way, all to the same listener arrive, at once if it handles batches."""
        if self.pending:
            await self.deliver_batch_to(self.pending[which % len(self.pending)].listener.durable)

    async def deliver_batch_to(self, durable: str) -> None:
        """All events under way to this listener arrive, at once if it handles batches."""
        deliveries = [item for item in self.pending if item.listener.durable == durable]
        for delivery in await self._handle_batch_and_ack(deliveries):
            await self._handle_and_ack(delivery)

    async def deliver_again(self, which: int) -> None:
        """One that was handled arrives once more: its acknowledgement was lost."""
        if self.handled:
            try:
                await self.handled[which % len(self.handled)].handle()
            except RETRIED:
                self.pending.append(self.handled[which % len(self.handled)])

    async def _handle_batch_and_ack(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Those to be handled one by one."""
        if not deliveries or not isinstance(deliveries[0].listener, BatchListener):
            return list(deliveries)
        batch = {Received(delivery.event(), delivery.envelope.traceparent): delivery for delivery in deliveries}
        try:
            left = set(await deliveries[0].listener.handle_batch(list(batch)))
        except RETRIED:
            return list(deliveries)
        for received in batch.keys() - left:
            self._acknowledge(batch[received])
        return [batch[received] for received in left]

    async def _handle_and_ack(self, delivery: Delivery) -> bool:
        try:
            await delivery.handle()
        except RETRIED:
            return False
        self._acknowledge(delivery)
        return True

    def _acknowledge(self, delivery: Delivery) -> None:
        if delivery in self.pending:  # while it was handled it may have arrived a second time
            self.pending.remove(delivery)
        self.handled.append(delivery)
