"""The part of a snapshot that concerns a race, and checks that only races need."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

from ticketing_ops.audit.snapshot import Finding, Snapshot


def about(snapshot: Snapshot, ticket_ids: Collection[str]) -> Snapshot:
    """Only these tickets, with their orders, payments, due times and Stripe's ledger; all users."""
    orders = [order for order in snapshot.orders if order["ticket"]["id"] in ticket_ids]
    ids = {order["_id"] for order in orders}
    ledger = snapshot.ledger or {"payment_intents": [], "refunds": [], "disputes": []}
    intents = [item for item in ledger["payment_intents"] if (item["metadata"] or {}).get("order_id") in ids]
    intent_ids = {intent["id"] for intent in intents}
    return replace(
        snapshot,
        tickets=[ticket for ticket in snapshot.tickets if ticket["_id"] in ticket_ids],
        known_tickets=[ticket for ticket in snapshot.known_tickets if ticket["_id"] in ticket_ids],
        orders=orders,
        payments=[payment for payment in snapshot.payments if payment["_id"] in ids],
        expiries=[expiry for expiry in snapshot.expiries if expiry["_id"] in ids],
        ledger={
            "payment_intents": intents,
            **{
                name: [item for item in ledger[name] if item["payment_intent"] in intent_ids]
                for name in ("refunds", "disputes")
            },
        },
    )


def refunded_twice(snapshot: Snapshot) -> Iterator[Finding]:
    """I3: a refund is made once."""
    refunds = snapshot.ledger["refunds"] if snapshot.ledger is not None else ()
    for intent_id, times in Counter(refund["payment_intent"] for refund in refunds).items():
        if times > 1:
            yield Finding("I3", f"intent {intent_id}", f"was refunded {times} times")


def expired_early(snapshot: Snapshot) -> Iterator[Finding]:
    """No order expires before orders' own clock has passed its `expires_at`."""
    for order in snapshot.orders:
        for entry in order["history"]:
            if entry["step"] == "expired" and entry["at"] < order["expires_at"]:
                early = (order["expires_at"] - entry["at"]).total_seconds()
                yield Finding("I8", f"order {order['_id']}", f"expired {early:.3f} s before its time")
