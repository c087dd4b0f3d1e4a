"""The single judge of money: what does a captured payment buy?

It completes the order; or, when the hold ran out and the ticket is still free, reinstates and completes it; or it is
refunded, with a stated reason. The write that judges stores payment and verdict, so a payment is judged once.
"""

from datetime import datetime

from ticketing_common.events import OrderCompleted, RefundReason
from ticketing_orders import domain
from ticketing_orders.announcements import announce, ask_refund
from ticketing_orders.domain import HoldTaken, Order, Payment, TicketReserved
from ticketing_orders.ports import Orders
from ticketing_orders.use_cases import current, next_hold


async def judge_payment(orders: Orders, *, order_id: str, payment: Payment, now: datetime) -> None:
    """Judge a captured payment, whatever the version it came with: it is a command, idempotent by its id."""
    async for order in current(orders, order_id):
        if payment.id in order.judged or await _judge(orders, order, payment, now):
            return


async def _judge(orders: Orders, order: Order, payment: Payment, now: datetime) -> bool:
    reason = domain.refund_reason(order, payment)
    if reason is not None:
        return await _refuse(orders, order, payment, reason, now)
    if order.status.holds_ticket:
        return await _complete(orders, order, payment, hold=order.hold, now=now)
    return await _reinstate(orders, order, payment, now)


async def _reinstate(orders: Orders, order: Order, payment: Payment, now: datetime) -> bool:
    """The unique index on live orders decides whether the ticket is still free, in the write itself."""
    try:
        hold = await next_hold(orders, order.ticket.id)
        return await _complete(orders, order, payment, hold=hold, now=now)
    except TicketReserved:
        return await _refuse(orders, order, payment, RefundReason.EXPIRED, now)
    except HoldTaken:
        return False


async def _complete(orders: Orders, order: Order, payment: Payment, *, hold: int, now: datetime) -> bool:
    completed = domain.complete(order, payment, hold=hold, now=now)
    return await orders.save(completed, over=order.version, event=announce(OrderCompleted, completed))


async def _refuse(orders: Orders, order: Order, payment: Payment, reason: RefundReason, now: datetime) -> bool:
    refused = domain.refuse(order, payment, reason, now=now)
    return await orders.save(refused, over=order.version, event=ask_refund(refused, payment.id, reason))
