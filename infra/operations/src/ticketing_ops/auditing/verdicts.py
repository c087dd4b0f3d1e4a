"""I3: every captured payment ends as a complete order or a full refund with a stated reason."""

from collections.abc import Iterator

from ticketing_ops.auditing.books import Books, Document, Finding, by_id, is_complete


def check_verdicts(books: Books) -> Iterator[Finding]:
    """What orders judged, and what payments made of it."""
    payments = by_id(books.payments)
    for order in books.orders:
        payment = payments.get(order["_id"])
        yield from _verdicts(order, payment)
        if payment is not None and payment["money"]["captured"]:
            yield from _outcome(order, payment)


def _verdicts(order: Document, payment: Document | None) -> Iterator[Finding]:
    where, judged = f"order {order['_id']}", order["judged"]
    bought_by = [payment_id for payment_id, refused in judged.items() if refused is None]
    if is_complete(order) and len(bought_by) != 1:
        yield Finding("I3", where, f"is complete by the verdict on {len(bought_by)} payments instead of one")
    if bought_by and not is_complete(order):
        yield Finding("I3", where, f"is {order['status']}, and payment {bought_by[0]} was judged to have bought it")
    for payment_id in sorted(judged):
        if payment is None or payment["id"] != payment_id:
            yield Finding("I3", where, f"judged payment {payment_id}, which payments does not have")


def _outcome(order: Document, payment: Document) -> Iterator[Finding]:
    where, refund = f"order {order['_id']}", payment["refund"]
    if payment["id"] not in order["judged"]:
        captured = payment["money"]["captured"]
        yield Finding("I3", where, f"payment {payment['id']} captured {captured}, and orders has not judged it")
        return
    reason = order["judged"][payment["id"]]
    if reason is None:
        return
    if refund is None:
        what = f"payment {payment['id']} is due to be refunded (reason {reason}), and payments does not know"
        yield Finding("I3", where, what)
    elif not refund["done"]:
        yield Finding("I3", where, f"refund {refund['id']} (reason {reason}) was asked for and is not made")
    elif refund["reason"] != reason:
        yield Finding("I3", where, f"refund {refund['id']} says {refund['reason']}, and the verdict was {reason}")
