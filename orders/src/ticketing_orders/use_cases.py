"""Cancelling and expiring an order: each is one write of the order and its event."""

from collections.abc import Mapping
from datetime import datetime

from ticketing_common.concurrency import update
from ticketing_common.errors import NotFound
from ticketing_common.events import OrderCancelled
from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID
from ticketing_orders import domain
from ticketing_orders.domain import Order, Payment
from ticketing_orders.events import event_for
from ticketing_orders.ports import OrderStore


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
        lambda before, after: _save_cancelled_by_buyer(store, before, after),
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


async def _save_cancelled_by_buyer(store: OrderStore, before: Order, after: Order) -> bool:
    with spans.resume(before.trace, "cancel order", attributes={ORDER_ID: before.id}):
        return await _save_cancelled(store, before, after)


async def _save_cancelled(store: OrderStore, before: Order, after: Order) -> bool:
    return await store.save(after, expected_version=before.version, event=event_for(OrderCancelled, after))
