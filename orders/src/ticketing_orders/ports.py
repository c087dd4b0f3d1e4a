"""What the use cases depend on: a store of orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ticketing_common.events import Event
from ticketing_orders.domain import Order, Ticket


@dataclass(frozen=True, slots=True)
class OrderChange:
    """The next state of an order and its event, of many that are saved together. `trace` is the event's."""

    order: Order
    expected_version: int
    event: Event
    trace: str


class OrderStore(Protocol):
    """Where orders and replicas of tickets are stored."""

    async def find(self, order_id: str) -> Order | None:
        """The order with this id."""

    async def find_all(self, order_ids: Iterable[str]) -> list[Order]:
        """The orders with these ids, in any order."""

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        """The buyer's orders, newest first, from the one that follows `after`."""

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        """The order of this ticket with the highest hold."""

    async def count_open(self, *, due_before: datetime) -> int:
        """How many unpaid orders hold a ticket although they expired before that moment (capped)."""

    async def add(self, order: Order, event: Event) -> None:
        """Store a new order; TicketReserved or HoldTaken when a unique index forbids it."""

    async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
        """Store the next state if the stored version is still the expected one, else return False.

        TicketReserved or HoldTaken when a unique index forbids it: an expired order cannot always be reinstated.
        """

    async def save_all(self, changes: Sequence[OrderChange]) -> bool:
        """As `save`, in one request. False when some stored versions are not those expected; the others are saved."""

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        """The replica of the ticket."""

    async def save_tickets(self, tickets: Iterable[Ticket]) -> None:
        """Store each ticket unless its replica is as new."""
