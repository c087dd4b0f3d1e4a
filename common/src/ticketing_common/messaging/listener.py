"""The listener: what a service does with an event. Return = done, raise = redelivered after a growing delay."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event, Received

EventT = TypeVar("EventT", bound=Event)

# How an unavailable dependency shows once stores and gateways have translated their drivers' errors.
TRANSIENT_ERRORS: tuple[type[BaseException], ...] = (Unavailable, OSError, TimeoutError)


class RetryLater(Exception):
    """Raised by a handler to have its message redelivered after `seconds`, however often that happens."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry in {seconds:.1f} s")
        self.seconds = seconds


class Listener(ABC, Generic[EventT]):
    """Handles one kind of event, as the durable consumer `durable` that all replicas of a service share.

    `handle` must tolerate duplicates, delays and any order. It never acknowledges: that is the Consumer's work.
    """

    event: ClassVar[type[Event]]
    durable: ClassVar[str]

    @abstractmethod
    async def handle(self, event: EventT) -> None:
        """Process the event, or raise."""


class BatchListener(Listener[EventT]):
    """Handles all events that have arrived at once, where a few large writes cost less than many small ones."""

    @abstractmethod
    async def handle_batch(self, batch: Sequence[Received[EventT]]) -> Collection[Received[EventT]]:
        """Process the events together, and return those that `handle` must process on their own.

        If it raises, `handle` processes all of them: so one that fails is retried or dead-lettered without the others.
        Like `handle`, it may see an event twice, and several about one aggregate in any order.
        """


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed message is redelivered: after `first_delay` seconds, doubled each time up to `longest_delay`.

    A handler that fails on delivery number `max_deliveries` has its message dead-lettered; an unavailable dependency
    never does.
    """

    first_delay: float = 0.25
    longest_delay: float = 30.0
    max_deliveries: int = 10

    def delay(self, delivery: int) -> float:
        """Seconds until the next delivery, after the one numbered `delivery` (from 1)."""
        return float(min(self.longest_delay, self.first_delay * 2 ** min(delivery - 1, 20)))
