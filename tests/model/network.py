"""What lies between the services: every event, for each listener on its own, as late and as often as one likes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ticketing_common.events import Envelope
from ticketing_common.messaging import Listener, RetryLater
from ticketing_common.messaging.listener import TRANSIENT_ERRORS

# What may keep a message waiting. Anything else that a listener raises would get it parked in the end: a defect.
NOT_YET: tuple[type[BaseException], ...] = (RetryLater, *TRANSIENT_ERRORS)


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one listener."""

    listener: Listener[Any]
    envelope: Envelope

    def __str__(self) -> str:
        return f"{self.envelope.id} to {self.listener.durable}"

    async def happen(self) -> None:
        """The listener hears it, as it would hear the message's bytes."""
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
        """Take events for all that listen to them. Published again is under way again: no dedup window helps here."""
        for envelope in envelopes:
            self.stream.setdefault(envelope.id, envelope)
            self.pending += [
                Delivery(listener, envelope)
                for listener in self._listeners
                if listener.event.subject.value == envelope.subject
            ]

    async def deliver(self, which: int) -> bool:
        """One of those under way arrives; False when it comes back later."""
        if not self.pending:
            return False
        delivery = self.pending[which % len(self.pending)]
        try:
            await delivery.happen()
        except NOT_YET:
            return False
        if delivery in self.pending:  # while it was handled it may have come a second time
            self.pending.remove(delivery)
        self.handled.append(delivery)
        return True

    async def deliver_again(self, which: int) -> None:
        """One that was handled arrives once more: its acknowledgement was lost."""
        if self.handled:
            try:
                await self.handled[which % len(self.handled)].happen()
            except NOT_YET:
                self.pending.append(self.handled[which % len(self.handled)])
