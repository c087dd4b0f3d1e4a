"""Shorthand for the use cases of orders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ticketing_common.currency import USD
from ticketing_common.events import Event
from ticketing_common.mongo import new_id
from ticketing_orders import domain, use_cases
from ticketing_orders.domain import Order, Payment, ReservationRules, Ticket
from ticketing_orders.placement import place_order
from ticketing_orders.ports import OrderStore
from ticketing_orders.settlement import settle_payment
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.outbox import pending_events

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOLD_FOR = timedelta(minutes=15)
PRICE = 1250
# Nobody waits for another reservation.
RULES = ReservationRules(hold_for=HOLD_FOR, max_open=1000, cooldown=timedelta(0))


async def list_ticket(store: OrderStore, *, price: int = PRICE) -> Ticket:
    """A ticket whose replica orders has."""
    ticket = Ticket(id=new_id(), version=0, title="Front row", price=price)
    await store.save_tickets([ticket])
    return ticket


def make_order(ticket: Ticket | None = None, *, hold: int = 1) -> Order:
    """A new order, not stored."""
    ticket = ticket or Ticket(id="f" * 24, version=4, title="Front row", price=PRICE)
    return domain.place(
        order_id=new_id(), buyer_id=new_id(), ticket=ticket, hold=hold, slot=0, now=NOW, hold_for=HOLD_FOR
    )


async def place(
    store: OrderStore,
    ticket: Ticket | None = None,
    *,
    buyer_id: str | None = None,
    seen_price: int | None = None,
    now: datetime = NOW,
    rules: ReservationRules = RULES,
) -> Order:
    """A stored order of the ticket, or of a new one, by this buyer or a new one."""
    return await place_order(
        store,
        order_id=new_id(),
        buyer_id=buyer_id or new_id(),
        ticket_id=(ticket or await list_ticket(store)).id,
        seen_price=seen_price,
        currency=USD,
        now=now,
        rules=rules,
        broker_available=lambda: True,
    )


async def place_again(store: OrderStore, order: Order) -> Order:
    """An order by another buyer of a ticket that `order` released."""
    ticket = await store.find_ticket(order.ticket.id)
    assert ticket is not None
    return await place(store, ticket)


async def expire(store: OrderStore, order: Order) -> None:
    """The order's reservation expires."""
    await use_cases.expire_order(store, order_id=order.id, now=order.expires_at)


async def cancel(store: OrderStore, order: Order) -> None:
    """The buyer cancels the order."""
    await use_cases.cancel_order(store, order_id=order.id, user_id=order.user_id, now=NOW)


async def withdraw(store: OrderStore, order: Order) -> None:
    """The withdrawal of the order's ticket becomes known."""
    ticket = await store.find_ticket(order.ticket.id)
    assert ticket is not None
    await store.save_tickets([replace(ticket, version=ticket.version + 1, withdrawn=True)])


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


async def events_of(store: MongoOrderStore, order: Order) -> list[Event]:
    """The order's events, none of which is published."""
    return await pending_events(store.documents, order.id)
