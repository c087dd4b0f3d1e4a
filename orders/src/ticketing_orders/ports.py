"""What the use cases depend on: a store of orders."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from ticketing_common.events import Event
from ticketing_common.idempotency import RequestStore, StoredRequest
from ticketing_orders.domain import Order, Sales, Ticket


class OrderStore(Protocol):
    """Where orders and replicas of tickets are stored."""

    @property
    def requests(self) -> RequestStore:
        """The requests that placed orders."""

    async def find(self, order_id: str) -> Order | None:
        """The order with this id."""

    async def find_all(self, order_ids: Iterable[str]) -> list[Order]:
        """The orders with these ids, in any order."""

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        """The buyer's orders, newest first, from the one that follows `after`."""

    async def sales_of(self, seller_id: str) -> Sales:
        """The sums of the seller's paid orders."""

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        """The order of this ticket with the highest hold."""

    async def latest_released(self, ticket_id: str, user_id: str) -> Order | None:
        """The buyer's last order of this ticket that ended unpaid."""

    async def used_slots(self, user_id: str) -> set[int]:
        """The slots of the buyer's open orders."""

    async def count_open(self, *, due_before: datetime) -> int:
        """How many unpaid orders hold a ticket although they expired before that moment (capped)."""

    async def add(self, order: Order, event: Event, *, request: StoredRequest | None = None) -> None:
        """Store a new order, and the request for it.

        TicketReserved, HoldTaken, SlotTaken or RequestRepeated when a unique index forbids it: of several, any.
        """

    async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
        """Store the next state if the stored version is still the expected one, else return False.

        TicketReserved or HoldTaken when a unique index forbids it: an expired order cannot always be reinstated.
        """

    async def expire(self, traces: Mapping[str, str], *, now: datetime) -> set[str]:
        """Expire those of these orders that are due and open, each with its event, in one request.

        `traces` has the `traceparent` of each event, by order id. The ids of those that are closed now.
        """

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        """The replica of the ticket."""

    async def save_tickets(self, tickets: Iterable[Ticket]) -> None:
        """Store each ticket unless its replica is as new."""
