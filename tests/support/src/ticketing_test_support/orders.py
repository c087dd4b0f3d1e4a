"""Orders kept in memory, and shorthand for their use cases."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from ticketing_common.currency import USD
from ticketing_common.events import Event
from ticketing_common.mongo import new_id
from ticketing_orders import use_cases
from ticketing_orders.domain import HoldTaken, Order, Payment, Ticket, TicketReserved
from ticketing_orders.ports import OrderStore
from ticketing_orders.settlement import settle_payment

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOLD_FOR = timedelta(minutes=15)
PRICE = 1250


class InMemoryOrderStore:
    """ports.OrderStore with both unique indexes and the compare-and-set of the real one. Keeps each state and event.

    `before_next_write` is awaited once, between the next decision and its write: a race, step by step.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.tickets: dict[str, Ticket] = {}
        self.states: list[Order] = []
        self.events: list[Event] = []
        self.before_next_write: Callable[[], Awaitable[object]] | None = None

    async def find(self, order_id: str) -> Order | None:
        return self.orders.get(order_id)

    async def find_by_buyer(self, user_id: str, *, after: str | None, limit: int) -> list[Order]:
        own = [o for o in self.orders.values() if o.user_id == user_id and (after is None or o.id < after)]
        return sorted(own, key=lambda order: order.id, reverse=True)[:limit]

    async def latest_of_ticket(self, ticket_id: str) -> Order | None:
        of_ticket = [order for order in self.orders.values() if order.ticket.id == ticket_id]
        return max(of_ticket, key=lambda order: order.hold, default=None)

    async def count_open(self, *, due_before: datetime) -> int:
        return sum(o.status.value == "created" and o.expires_at < due_before for o in self.orders.values())

    async def add(self, order: Order, event: Event) -> None:
        await self._race()
        self._write(order, event)

    async def save(self, order: Order, *, expected_version: int, event: Event | None = None) -> bool:
        await self._race()
        if order.id not in self.orders or self.orders[order.id].version != expected_version:
            return False
        self._write(order, event)
        return True

    async def find_ticket(self, ticket_id: str) -> Ticket | None:
        return self.tickets.get(ticket_id)

    async def save_ticket(self, ticket: Ticket) -> None:
        known = self.tickets.get(ticket.id)
        if known is None or known.version < ticket.version:
            self.tickets[ticket.id] = ticket

    async def _race(self) -> None:
        race, self.before_next_write = self.before_next_write, None
        if race is not None:
            await race()

    def _write(self, order: Order, event: Event | None) -> None:
        others = [o for o in self.orders.values() if o.ticket.id == order.ticket.id and o.id != order.id]
        if order.status.holds_ticket and any(other.status.holds_ticket for other in others):
            raise TicketReserved
        if any(other.hold == order.hold for other in others):
            raise HoldTaken
        self.orders[order.id] = order
        self.states.append(order)
        self.events += [event] if event is not None else []


async def list_ticket(store: OrderStore, *, price: int = PRICE) -> Ticket:
    """A ticket whose replica orders has."""
    ticket = Ticket(id=new_id(), version=0, title="Front row", price=price)
    await store.save_ticket(ticket)
    return ticket


async def place(store: OrderStore, ticket: Ticket, *, now: datetime = NOW, hold_for: timedelta = HOLD_FOR) -> Order:
    """An order of the ticket by a new buyer."""
    return await use_cases.place_order(
        store,
        order_id=new_id(),
        buyer_id=new_id(),
        ticket_id=ticket.id,
        seen_price=None,
        currency=USD,
        now=now,
        hold_for=hold_for,
        broker_available=lambda: True,
    )


async def expire(store: OrderStore, order: Order) -> None:
    """The order's reservation expires."""
    await use_cases.expire_order(store, order_id=order.id, now=order.expires_at)


async def cancel(store: OrderStore, order: Order) -> None:
    """The buyer cancels the order."""
    await use_cases.cancel_order(store, order_id=order.id, user_id=order.user_id, now=NOW)


def captured_payment(*, payment_id: str | None = None, version: int = 3, captured: int = PRICE) -> Payment:
    """A captured payment."""
    return Payment(
        id=payment_id or new_id(), version=version, status="succeeded", amount=PRICE, captured=captured, refunded=0
    )


async def pay(store: OrderStore, order: Order, payment: Payment | None = None) -> Payment:
    """payment.created arrives: a captured payment is settled."""
    payment = payment or captured_payment()
    await settle_payment(store, order_id=order.id, payment=payment, now=NOW)
    return payment


async def reload(store: OrderStore, order: Order) -> Order:
    """The order as it is stored now."""
    found = await store.find(order.id)
    assert found is not None, f"order {order.id} is gone"
    return found
