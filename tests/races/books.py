"""Of the books, what concerns a race; and promises that only a race can break."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

from ticketing_ops.audit.snapshot import Document, Finding, Snapshot


def about(books: Snapshot, tickets: Collection[str]) -> Snapshot:
    """Only these tickets, with their orders, payments, due times and what Stripe's ledger has of them."""
    orders = [order for order in books.orders if order["ticket"]["id"] in tickets]
    ids = {order["_id"] for order in orders}
    return replace(
        books,
        tickets=[ticket for ticket in books.tickets if ticket["_id"] in tickets],
        known_tickets=[ticket for ticket in books.known_tickets if ticket["_id"] in tickets],
        orders=orders,
        payments=[payment for payment in books.payments if payment["_id"] in ids],
        expiries=[expiry for expiry in books.expiries if expiry["_id"] in ids],
        ledger=_ledger_about(books.ledger, ids) if books.ledger is not None else None,
    )


def given_back_twice(books: Snapshot) -> Iterator[Finding]:
    """I3: a refund is made once."""
    refunds = books.ledger["refunds"] if books.ledger is not None else ()
    for intent_id, times in Counter(refund["payment_intent"] for refund in refunds).items():
        if times > 1:
            yield Finding("I3", f"intent {intent_id}", f"was refunded {times} times")


def over_before_its_time(books: Snapshot) -> Iterator[Finding]:
    """No order expires before orders' own clock has passed its `expires_at`."""
    for order in books.orders:
        for line in order["history"]:
            if line["step"] == "expired" and line["at"] < order["expires_at"]:
                early = (order["expires_at"] - line["at"]).total_seconds()
                yield Finding("I8", f"order {order['_id']}", f"expired {early:.3f} s before its time")


def _ledger_about(ledger: Document, order_ids: Collection[str]) -> Document:
    intents = [item for item in ledger["payment_intents"] if (item["metadata"] or {}).get("order_id") in order_ids]
    ids = {intent["id"] for intent in intents}
    return {
        "payment_intents": intents,
        "refunds": [item for item in ledger["refunds"] if item["payment_intent"] in ids],
        "disputes": [item for item in ledger["disputes"] if item["payment_intent"] in ids],
    }
