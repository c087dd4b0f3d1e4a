"""Placing, cancelling and expiring an order: each is one write of the order and its event."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from ticketing_common.concurrency import update
from ticketing_common.currency import Currency
from ticketing_common.errors import NotFound
from ticketing_common.events import OrderCancelled, OrderCreated
from ticketing_common.replicas import wait_for_replica
from ticketing_orders import domain
from ticketing_orders.domain import HoldTaken, Order, Payment
from ticketing_orders.events import event_for
from ticketing_orders.ports import OrderStore


async def place_order(
    store: OrderStore,
    *,
    order_id: str,
    buyer_id: str,
    ticket_id: str,
    seen_price: int | None,
    currency: Currency,
    now: datetime,
    hold_for: timedelta,
    broker_available: Callable[[], bool],
) -> Order:
    """Reserve a ticket for a buyer.

    NotFound when it does not exist, TicketReserved when it is reserved or sold, PriceChanged when it does not cost
    `seen_price` (in minor units).
    """
    ticket = await wait_for_replica(
        store.find_ticket, ticket_id, now=now, broker_available=broker_available, what="ticket"
    )

    def decide(latest: Order | None) -> Order:
        hold = domain.next_hold(latest)
        domain.require_price(ticket, seen_price, currency)
        return domain.place(order_id=order_id, buyer_id=buyer_id, ticket=ticket, hold=hold, now=now, hold_for=hold_for)

    async def save(_latest: Order | None, order: Order) -> bool:
        try:
            await store.add(order, event_for(OrderCreated, order))
        except HoldTaken:
            return False
        return True

    # Most tickets have no earlier order: try as the first one. If that is wrong, the unique indexes refuse it, since
    # the ticket's first order has hold 1, or was reinstated with a higher one and stays live.
    if seen_price in (None, ticket.price) and await save(None, first := decide(None)):
        return first
    return await update(lambda: store.latest_of_ticket(ticket_id), decide, save)


async def get_order(store: OrderStore, *, order_id: str, user_id: str) -> Order:
    """The buyer's own order."""
    order = await store.find(order_id)
    if order is None:
        raise NotFound("There is no such order.")
    return domain.require_buyer(order, user_id)


async def cancel_order(store: OrderStore, *, order_id: str, user_id: str, now: datetime) -> None:
    """Cancel an open or an expired order; AlreadyComplete when it is paid."""
    await update(
        lambda: get_order(store, order_id=order_id, user_id=user_id),
        lambda order: domain.cancel(order, now=now),
        lambda before, after: _save_cancelled(store, before, after),
    )


async def expire_order(store: OrderStore, *, order_id: str, now: datetime) -> None:
    """Release the ticket of an unpaid order; NotExpiredYet when by our clock it has time left."""
    await update(
        lambda: find_order(store, order_id),
        lambda order: domain.expire(order, now=now),
        lambda before, after: _save_cancelled(store, before, after),
    )


async def expire_orders(store: OrderStore, traces: Mapping[str, str], *, now: datetime) -> set[str]:
    """Release the tickets of many unpaid orders in one write. `traces`: the trace of each event, by order id.

    The ids of those that `expire_order` has to retry or report: they have time left, or are unknown.
    """
    return traces.keys() - await store.expire(traces, now=now)


async def record_payment(store: OrderStore, *, order_id: str, payment: Payment) -> None:
    """Keep a payment's newest state for the buyer to see. It decides nothing."""
    await update(
        lambda: find_order(store, order_id),
        lambda order: domain.record_payment(order, payment),
        lambda before, after: store.save(after, expected_version=before.version),
    )


async def find_order(store: OrderStore, order_id: str) -> Order:
    """The order that an event is about.

    NotFound only after a backup was restored, since no event about an order precedes it: the message is retried, and
    dead-lettered where a person finds it.
    """
    order = await store.find(order_id)
    if order is None:
        raise NotFound(f"There is no order {order_id} here: restore it, then replay this message.")
    return order


async def _save_cancelled(store: OrderStore, before: Order, after: Order) -> bool:
    return await store.save(after, expected_version=before.version, event=event_for(OrderCancelled, after))
