"""The listener: what a service does on hearing an event. Return = done, raise = comes back after a growing delay."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event

EventT = TypeVar("EventT", bound=Event)

# A dependency that fails is retried for ever; these are its faces once stores and gateways have translated theirs.
TRANSIENT_ERRORS: tuple[type[BaseException], ...] = (Unavailable, OSError, TimeoutError)


class RetryLater(Exception):
    """Raised by a handler whose time has not come: the message comes back after `seconds` and is never parked."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"comes back in {seconds:.1f} s")
        self.seconds = seconds


class Listener(ABC, Generic[EventT]):
    """Hears one event under one durable name, shared by all replicas of the service.

    `handle` must be safe twice, late and out of order (DESIGN section 3). It never acknowledges: that is the
    subscription's work.
    """

    event: ClassVar[type[Event]]
    durable: ClassVar[str]

    @abstractmethod
    async def handle(self, event: EventT) -> None:
        """Do what the event asks for, or raise."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed message comes back: `first_delay` s, doubled each time up to `longest_delay`.

    A failure of our own is parked at the delivery numbered `max_deliveries` or later; an outage never is.
    """

    first_delay: float = 0.25
    longest_delay: float = 30.0
    max_deliveries: int = 10

    def delay(self, delivery: int) -> float:
        """Seconds until the next delivery, after the one numbered `delivery` (from 1)."""
        return float(min(self.longest_delay, self.first_delay * 2 ** min(delivery - 1, 20)))
