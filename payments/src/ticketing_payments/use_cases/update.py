"""One change of a stored payment: read, decide, save with the event that the change calls for."""

from collections.abc import Callable

import structlog

from ticketing_common.concurrency import update
from ticketing_common.errors import NotFound
from ticketing_payments.domain.payment import Payment
from ticketing_payments.events import event_for
from ticketing_payments.ports import PaymentDeps

log = structlog.get_logger(__name__)


async def update_payment(deps: PaymentDeps, order_id: str, decide: Callable[[Payment], Payment]) -> Payment:
    """The payment after `decide`, saved. NotFound when the order has none; Unavailable after too many lost races."""

    async def find() -> Payment:
        payment = await deps.store.find(order_id)
        if payment is None:
            raise NotFound(f"There is no payment of order {order_id} here yet.")
        return payment

    async def save(before: Payment, after: Payment) -> bool:
        saved = await deps.store.save(after, expected_version=before.version, event=event_for(before, after))
        if saved:
            _log_failed_refund(before, after)
        return saved

    return await update(find, decide, save)


def _log_failed_refund(before: Payment, after: Payment) -> None:
    amount = after.money.refund_failed - before.money.refund_failed
    if amount:
        hint = "the buyer's bank returned the refund, and would return another: pay the buyer in another way"
        log.critical("refund.failed", order_id=after.order_id, minor_units=amount, hint=hint)
