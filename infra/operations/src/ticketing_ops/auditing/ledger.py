"""I2: what payments believes is what Stripe's ledger says."""

from collections.abc import Iterator

from ticketing_ops.auditing.books import Books, Document, Finding, Moved, moved

_SENT_BACK = ("failed", "canceled")
# An inquiry of a bank takes no money (Stripe's dispute statuses warning_…).
_INQUIRY = "warning_"


def check_ledger(books: Books) -> Iterator[Finding]:
    """Each payment's figures, and money that belongs to none. Nothing where there is no ledger to read."""
    if books.ledger is None:
        return
    intents = {intent["id"]: intent for intent in books.ledger["payment_intents"]}
    paying = {payment["intent_id"]: payment for payment in books.payments if payment["intent_id"]}
    for intent_id, payment in paying.items():
        where = f"order {payment['_id']}"
        if intent_id not in intents:
            yield Finding("I2", where, f"is paid by {intent_id}, which Stripe's ledger does not have")
        elif moved(payment) != (told := _told(books.ledger, intents[intent_id])):
            yield Finding("I2", where, f"by payments {moved(payment)}; by Stripe's ledger {told} ({intent_id})")
    for intent_id in intents.keys() - paying.keys():
        yield from _stray(books.ledger, intents[intent_id])


def _stray(ledger: Document, intent: Document) -> Iterator[Finding]:
    """An intent that was never confirmed is left behind by a crash, and costs nobody anything."""
    told = _told(ledger, intent)
    if told.kept:
        order_id = (intent["metadata"] or {}).get("order_id", "no order")
        yield Finding("I2", f"order {order_id}", f"payments knows nothing of {intent['id']}, which {told}")


def _told(ledger: Document, intent: Document) -> Moved:
    refunds = [item for item in ledger["refunds"] if item["payment_intent"] == intent["id"]]
    disputes = [item for item in ledger["disputes"] if item["payment_intent"] == intent["id"]]
    return Moved(
        captured=intent["amount_received"],
        refunded=sum(item["amount"] for item in refunds if item["status"] not in _SENT_BACK),
        held=sum(item["amount"] for item in disputes if not _costs_nothing(item["status"])),
    )


def _costs_nothing(dispute_status: str) -> bool:
    return dispute_status == "won" or dispute_status.startswith(_INQUIRY)
