"""I2: payments' amounts are those of Stripe's ledger."""

from collections import Counter
from collections.abc import Iterator

from ticketing_ops.audit.snapshot import Amounts, Document, Finding, Snapshot, amounts

_UNSUCCESSFUL = ("failed", "canceled")
# An inquiry withdraws no money (Stripe's dispute statuses warning_…).
_INQUIRY = "warning_"


def check_ledger(snapshot: Snapshot) -> Iterator[Finding]:
    """Each payment against the ledger, and money that belongs to no payment. Linear in the number of payments."""
    if snapshot.ledger is None:
        return
    intents = {intent["id"]: intent for intent in snapshot.ledger["payment_intents"]}
    recorded = _amounts_by_intent(snapshot.ledger)
    for payment in snapshot.payments:
        intent_id, where = payment["intent_id"], f"order {payment['_id']}"
        if not intent_id:
            continue
        intents.pop(intent_id, None)
        if intent_id not in recorded:
            yield Finding("I2", where, f"is paid by {intent_id}, which is not in Stripe's ledger")
        elif amounts(payment) != recorded[intent_id]:
            what = f"payments has {amounts(payment)}; Stripe's ledger has {recorded[intent_id]} ({intent_id})"
            yield Finding("I2", where, what)
    for intent_id, intent in intents.items():
        if recorded[intent_id].net:  # an intent that a crash left unconfirmed has moved no money
            order_id = (intent["metadata"] or {}).get("order_id", "unknown")
            yield Finding("I2", f"order {order_id}", f"payments does not know {intent_id}, which {recorded[intent_id]}")


def _amounts_by_intent(ledger: Document) -> dict[str, Amounts]:
    refunded, disputed = Counter[str](), Counter[str]()
    for refund in ledger["refunds"]:
        if refund["status"] not in _UNSUCCESSFUL:
            refunded[refund["payment_intent"]] += refund["amount"]
    for dispute in ledger["disputes"]:
        if not _withdraws_nothing(dispute["status"]):
            disputed[dispute["payment_intent"]] += dispute["amount"]
    return {
        intent["id"]: Amounts(intent["amount_received"], refunded[intent["id"]], disputed[intent["id"]])
        for intent in ledger["payment_intents"]
    }


def _withdraws_nothing(dispute_status: str) -> bool:
    return dispute_status in ("won", "prevented") or dispute_status.startswith(_INQUIRY)
