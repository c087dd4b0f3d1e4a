"""I3: every captured payment ends as a complete order or a full refund with a stated reason."""

from collections.abc import Iterator

from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, by_id, is_complete


def check_settlement(snapshot: Snapshot) -> Iterator[Finding]:
    """How orders settled each payment, and what payments did about it."""
    payments = by_id(snapshot.payments)
    for order in snapshot.orders:
        payment = payments.get(order["_id"])
        yield from _settlements(order, payment)
        if payment is not None and payment["money"]["captured"]:
            yield from _outcome(order, payment)


def _settlements(order: Document, payment: Document | None) -> Iterator[Finding]:
    where, settled = f"order {order['_id']}", order["judged"]
    completed_by = [payment_id for payment_id, refund_reason in settled.items() if refund_reason is None]
    if is_complete(order) and len(completed_by) != 1:
        yield Finding("I3", where, f"is complete, but {len(completed_by)} payments completed it instead of one")
    if completed_by and not is_complete(order):
        yield Finding("I3", where, f"is {order['status']}, although payment {completed_by[0]} completed it")
    for payment_id in sorted(settled):
        if payment is None or payment["id"] != payment_id:
            yield Finding("I3", where, f"has settled payment {payment_id}, which payments does not have")


def _outcome(order: Document, payment: Document) -> Iterator[Finding]:
    where, refund = f"order {order['_id']}", payment["refund"]
    if payment["id"] not in order["judged"]:
        captured = payment["money"]["captured"]
        yield Finding("I3", where, f"payment {payment['id']} captured {captured}, and orders has not settled it")
        return
    reason = order["judged"][payment["id"]]
    if reason is None:
        return
    if refund is None:
        what = f"payment {payment['id']} is due to be refunded (reason {reason}), but payments does not know"
        yield Finding("I3", where, what)
    elif not refund["done"]:
        yield Finding("I3", where, f"refund {refund['id']} (reason {reason}) was requested and is not made")
    elif refund["reason"] != reason:
        yield Finding("I3", where, f"refund {refund['id']} has the reason {refund['reason']}, but orders has {reason}")
