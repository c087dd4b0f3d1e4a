"""I2: captured minus refunded is the price of a complete order, else zero."""

from collections.abc import Iterator

from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, amounts, by_id, is_complete


def check_money(snapshot: Snapshot) -> Iterator[Finding]:
    """Orders against payments, to the cent."""
    payments = by_id(snapshot.payments)
    for order in snapshot.orders:
        payment = payments.pop(order["_id"], None)
        yield from _sold(order, payment) if is_complete(order) else _unsold(order, payment)
        if payment is not None and payment["order"]["price"] != order["ticket"]["price"]:
            what = f"costs {order['ticket']['price']} in orders and {payment['order']['price']} in payments"
            yield Finding("I2", f"order {order['_id']}", what)
    for order_id in payments:
        yield Finding("I2", f"order {order_id}", "has a payment, but orders does not know it")


def _sold(order: Document, payment: Document | None) -> Iterator[Finding]:
    """Refunds and disputes made outside leave an order complete; our own refund does not."""
    where, price = f"order {order['_id']}", order["ticket"]["price"]
    if payment is None or not payment["money"]["captured"]:
        yield Finding("I2", where, f"is complete, but payments has captured nothing of its price {price}")
    elif payment["money"]["captured"] != price:
        yield Finding("I2", where, f"is complete at the price {price}, but {amounts(payment)}")
    elif payment["refund"] is not None:
        refund = payment["refund"]
        yield Finding("I2", where, f"is complete, but is refunded by {refund['id']} (reason {refund['reason']})")


def _unsold(order: Document, payment: Document | None) -> Iterator[Finding]:
    if payment is not None and amounts(payment).net:
        reason = f" ({order['reason']})" if order["reason"] else ""
        what = f"is {order['status']}{reason}, but {amounts(payment)}: {amounts(payment).net} is unreconciled"
        yield Finding("I2", f"order {order['_id']}", what)
