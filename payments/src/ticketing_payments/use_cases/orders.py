"""What an order's events mean for its payment."""

from collections.abc import Callable, Mapping

from ticketing_common.concurrency import update_all
from ticketing_common.events import OrderStatus
from ticketing_common.observability import tracing
from ticketing_payments.domain import rules
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.update import update_payment


async def record_order(deps: PaymentDeps, *, order_id: str, payment_id: str, order: Order) -> Payment:
    """Record the state of an order; `payment_id` becomes the payment's id if the order is new here."""
    await deps.store.add(Payment(order_id=order_id, id=payment_id, version=0, order=order, trace=tracing.current()))
    return await update_payment(deps, order_id, lambda payment: rules.record_order(payment, order))


async def record_orders(
    deps: PaymentDeps, orders: Mapping[str, Order], *, traces: Mapping[str, str], new_payment_id: Callable[[], str]
) -> list[Payment]:
    """As `record_order`, for orders, and their `traceparent`s, by id, in two writes at most. The payments; without
    those just added elsewhere."""
    recorded = await update_all(
        lambda: deps.store.find_all(orders),
        lambda payment: rules.record_order(payment, orders[payment.order_id]),
        deps.store.save_orders,
    )
    missing = orders.keys() - {payment.order_id for payment in recorded}
    new = [
        Payment(order_id=order_id, id=new_payment_id(), version=0, order=orders[order_id], trace=traces.get(order_id))
        for order_id in missing
    ]
    return [*recorded, *new] if not new or await deps.store.add_all(new) else recorded


async def cancel_if_order_cancelled(deps: PaymentDeps, payment: Payment) -> None:
    """Cancel the intent of a cancelled order. If money was captured meanwhile, orders settles it like any other.

    Decided by the stored payment, not by which event arrived, so it may be repeated.
    """
    if needs_cancellation(payment):
        await apply_intent(deps, payment.order_id, await deps.gateway.cancel(payment.intent_id or ""))


def needs_cancellation(payment: Payment) -> bool:
    """Whether the order is cancelled while its intent could still be charged."""
    return payment.order.status is OrderStatus.CANCELLED and payment.can_be_captured
