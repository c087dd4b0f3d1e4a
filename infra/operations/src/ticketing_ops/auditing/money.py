"""I2: captured minus refunded is the price of a complete order, else zero."""

from collections.abc import Iterator

from ticketing_ops.auditing.books import Books, Document, Finding, by_id, is_complete, moved


def check_money(books: Books) -> Iterator[Finding]:
    """Orders against payments, to the cent."""
    payments = by_id(books.payments)
    for order in books.orders:
        payment = payments.get(order["_id"])
        yield from _sold(order, payment) if is_complete(order) else _not_sold(order, payment)
        if payment is not None and payment["order"]["price"] != order["ticket"]["price"]:
            what = f"costs {order['ticket']['price']} by orders and {payment['order']['price']} by payments"
            yield Finding("I2", f"order {order['_id']}", what)
    for order_id in payments.keys() - by_id(books.orders).keys():
        yield Finding("I2", f"order {order_id}", "has a payment, but orders does not know it")


def _sold(order: Document, payment: Document | None) -> Iterator[Finding]:
    """What was refunded or disputed outside leaves an order complete; a refund of our own does not."""
    where, price = f"order {order['_id']}", order["ticket"]["price"]
    if payment is None or not payment["money"]["captured"]:
        yield Finding("I2", where, f"is complete, and payments has captured nothing of its price {price}")
    elif payment["money"]["captured"] != price:
        yield Finding("I2", where, f"is complete at the price {price}, and {moved(payment)}")
    elif payment["refund"] is not None:
        refund = payment["refund"]
        yield Finding("I2", where, f"is complete, and we refund it by {refund['id']} (reason {refund['reason']})")


def _not_sold(order: Document, payment: Document | None) -> Iterator[Finding]:
    if payment is not None and moved(payment).kept:
        why = f" ({order['reason']})" if order["reason"] else ""
        what = f"is {order['status']}{why}, and {moved(payment)}: {moved(payment).kept} is unexplained"
        yield Finding("I2", f"order {order['_id']}", what)
