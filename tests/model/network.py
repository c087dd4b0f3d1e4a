"""The network between the services: events reach listeners as late, as often and in any order a test likes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ticketing_common.events import Envelope
from ticketing_common.messaging import Listener, RetryLater
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
        event = self.listener.event.model_validate_json(json.dumps(self.envelope.data))
        await self.listener.handle(event)


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

    async def deliver_again(self, which: int) -> None:
        """One that was handled arrives once more: its acknowledgement was lost."""
        if self.handled:
            try:
                await self.handled[which % len(self.handled)].handle()
            except RETRIED:
                self.pending.append(self.handled[which % len(self.handled)])

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
