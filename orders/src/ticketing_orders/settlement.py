"""Decides what a captured payment buys: its order, or a refund with a reason."""

from dataclasses import dataclass, replace
from datetime import datetime

from ticketing_common.concurrency import update
from ticketing_common.events import Event, OrderCompleted
from ticketing_orders import domain
from ticketing_orders.domain import HoldTaken, Order, Payment, TicketReserved
from ticketing_orders.events import event_for, refund_due
from ticketing_orders.ports import OrderStore
from ticketing_orders.use_cases import find_order


@dataclass(frozen=True, slots=True)
class _Claim:
    """An order, and the hold to complete it with: None when its ticket is withdrawn, or another order holds it."""

    order: Order
    hold: int | None


async def settle_payment(store: OrderStore, *, order_id: str, payment: Payment, now: datetime) -> None:
    """Settle a captured payment, regardless of its version: this is a command, idempotent by the payment's id."""

    async def find() -> _Claim:
        order = await _with_seller(store, await find_order(store, order_id))
        return _Claim(order, await _hold_to_complete(store, order))

    def decide(claim: _Claim) -> _Claim:
        settled = domain.settle(claim.order, payment, hold=claim.hold, now=now)
        return claim if settled is claim.order else replace(claim, order=settled)

    async def save(before: _Claim, after: _Claim) -> bool:
        event = _settlement_event(after.order, payment.id)
        try:
            return await store.save(after.order, expected_version=before.order.version, event=event)
        except (TicketReserved, HoldTaken):
            return False  # another order of the ticket was written since `find`

    await update(find, decide, save)


async def _with_seller(store: OrderStore, order: Order) -> Order:
    """An order of a release that did not record its seller gets it from the ticket's replica, if that has it by now."""
    if order.seller_id is not None:
        return order
    ticket = await store.find_ticket(order.ticket.id)
    return replace(order, seller_id=ticket.seller_id) if ticket and ticket.seller_id else order


async def _hold_to_complete(store: OrderStore, order: Order) -> int | None:
    if order.status.holds_ticket:
        return order.hold
    ticket = await store.find_ticket(order.ticket.id)
    if ticket is not None and ticket.withdrawn:
        return None
    try:
        return domain.next_hold(await store.latest_of_ticket(order.ticket.id))
    except TicketReserved:
        return None


def _settlement_event(order: Order, payment_id: str) -> Event:
    reason = order.settled[payment_id]
    return event_for(OrderCompleted, order) if reason is None else refund_due(order, payment_id, reason)
