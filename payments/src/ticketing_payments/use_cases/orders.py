"""What an order's events mean for its payment."""

from ticketing_common.events import OrderStatus
from ticketing_payments.domain import rules
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.ports import PaymentDeps
from ticketing_payments.use_cases.apply_intent import apply_intent
from ticketing_payments.use_cases.update import update_payment


async def record_order(deps: PaymentDeps, *, order_id: str, payment_id: str, order: Order) -> Payment:
    """Record the state of an order; `payment_id` becomes the payment's id if the order is new here."""
    await deps.store.add(Payment(order_id=order_id, id=payment_id, version=0, order=order))
    return await update_payment(deps, order_id, lambda payment: rules.record_order(payment, order))


async def cancel_if_order_cancelled(deps: PaymentDeps, payment: Payment) -> None:
    """Cancel the intent of a cancelled order. If money was captured meanwhile, orders settles it like any other.

    Decided by the stored payment, not by which event arrived, so it may be repeated.
    """
    if payment.order.status is OrderStatus.CANCELLED and payment.can_be_captured:
        await apply_intent(deps, payment.order_id, await deps.gateway.cancel(payment.intent_id or ""))
