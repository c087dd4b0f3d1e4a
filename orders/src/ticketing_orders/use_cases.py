"""What can happen to an order. Each is one write of the order and its event, decided again when another came first."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import OrderCancelled, OrderCreated
from ticketing_common.replicas import wait_for_replica
from ticketing_orders import domain
from ticketing_orders.announcements import announce
from ticketing_orders.domain import HoldTaken, Order, Payment, Ticket, TicketReserved
from ticketing_orders.ports import Orders

# Each lost race means that somebody else got ahead, so a handful is plenty unless something is badly wrong.
TRIES = 20


async def place_order(
    orders: Orders,
    *,
    order_id: str,
    buyer_id: str,
    ticket_id: str,
    now: datetime,
    hold_for: timedelta,
    broker_connected: Callable[[], bool],
) -> Order:
    """Hold a ticket for a buyer; TicketReserved when it is held or sold, NotFound when there is no such ticket."""
    ticket = await wait_for_replica(
        orders.find_ticket, ticket_id, now=now, broker_connected=broker_connected, what="ticket"
    )
    for _ in range(TRIES):
        hold = await next_hold(orders, ticket_id)
        order = domain.place(order_id=order_id, buyer_id=buyer_id, ticket=ticket, hold=hold, now=now, hold_for=hold_for)
        try:
            await orders.add(order, announce(OrderCreated, order))
        except HoldTaken:
            continue
        return order
    raise busy()


async def next_hold(orders: Orders, ticket_id: str) -> int:
    """One more than the highest hold of the ticket; TicketReserved at once when that one is live anyway."""
    latest = await orders.latest_of_ticket(ticket_id)
    if latest is None:
        return 1
    if latest.status.holds_ticket:
        raise TicketReserved
    return latest.hold + 1


async def get_order(orders: Orders, *, order_id: str, user_id: str) -> Order:
    """The buyer's own order."""
    order = await orders.find(order_id)
    if order is None:
        raise NotFound("There is no such order.")
    return domain.require_buyer(order, user_id)


async def list_orders(orders: Orders, *, user_id: str, after: str | None, limit: int) -> list[Order]:
    """The buyer's own orders, newest first."""
    return await orders.find_by_buyer(user_id, after=after, limit=limit)


async def cancel_order(orders: Orders, *, order_id: str, user_id: str, now: datetime) -> None:
    """Give an order up, also an expired one; AlreadyComplete when it is paid."""
    await get_order(orders, order_id=order_id, user_id=user_id)
    async for order in current(orders, order_id):
        if await _store_cancelled(orders, order, domain.cancel(order, now=now)):
            return


async def expire_order(orders: Orders, *, order_id: str, now: datetime) -> None:
    """Free the ticket if the time has run out; NotExpiredYet when by our clock it has not."""
    async for order in current(orders, order_id):
        if await _store_cancelled(orders, order, domain.expire(order, now=now)):
            return


async def show_payment(orders: Orders, *, order_id: str, payment: Payment) -> None:
    """Let the order show how its payment stands. It decides nothing."""
    async for order in current(orders, order_id):
        shown = domain.show_payment(order, payment)
        if shown is order or await orders.save(shown, over=order.version, event=None):
            return


async def remember_ticket(orders: Orders, ticket: Ticket) -> None:
    """Take over what tickets told, if it is newer than what is known."""
    await orders.save_ticket(ticket)


async def current(orders: Orders, order_id: str) -> AsyncIterator[Order]:
    """The order as it is now, again and again, for as long as others get ahead of us.

    NotFound for an order that is not here. Only a restored backup can cause it, since orders makes an order before
    anybody speaks of it: it is no outage, so the message comes back, and is parked where a person finds it.
    """
    for _ in range(TRIES):
        order = await orders.find(order_id)
        if order is None:
            raise NotFound(f"There is no order {order_id} here: restore it, then replay this message.")
        yield order
    raise busy()


def busy() -> Unavailable:
    """Nothing is wrong with the request; too many others changed the same thing at the same moment."""
    return Unavailable("Too many requests for the same ticket at once. Try again in a few seconds.")


async def _store_cancelled(orders: Orders, before: Order, after: Order) -> bool:
    """True when stored, or when there was nothing to change."""
    if after is before:
        return True
    return await orders.save(after, over=before.version, event=announce(OrderCancelled, after))
