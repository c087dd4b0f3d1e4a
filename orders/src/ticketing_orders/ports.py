"""What the use cases need of a store. `store.py` keeps it in MongoDB; tests keep it in memory."""

from typing import Protocol

from ticketing_common.events import Event
from ticketing_orders.domain import Order, Ticket


class Orders(Protocol):
    """Where orders, and what is known of tickets, are kept."""

    async def find(self, order_id: str) -> Order | None:
        """The order with this id."""

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        """The buyer's orders, newest first, from the one that follows `after`."""

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        """The order of this ticket with the highest hold."""

    async def add(self, order: Order, event: Event) -> None:
        """Store a new order; TicketReserved or HoldTaken when it may not be."""

    async def save(self, order: Order, *, over: int, event: Event | None) -> bool:
        """Store the next state if the stored version is still `over`, else False; raises as `add`."""

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        """What is known of the ticket."""

    async def save_ticket(self, ticket: Ticket) -> None:
        """Remember the ticket, unless something as new is known already."""
