"""Disputes: a cardholder asks the bank for the money back. They are opened and decided through the control API."""

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import UnexpectedState
from stripe_emulator.http.request import Params
from stripe_emulator.objects import Json, new_id
from stripe_emulator.resources import charges
from stripe_emulator.resources.payment_methods import card_of

REASONS = ("duplicate", "fraudulent", "general", "product_not_received", "product_unacceptable", "unrecognized")

# https://docs.stripe.com/api/disputes/object#dispute_object-status. The warnings are inquiries.
STATUSES = (
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "needs_response",
    "under_review",
    "appeal_needs_response",
    "appeal_under_review",
    "won",
    "lost",
    "prevented",
)
CLOSED = frozenset({"warning_closed", "won", "lost", "prevented"})
FUNDS_WITHDRAWN = frozenset({"needs_response", "under_review", "appeal_needs_response", "appeal_under_review", "lost"})
RESPONSE_SECONDS = 7 * 24 * 3600


def open_dispute(transaction: Transaction, params: Params) -> Json:
    """Dispute the unrefunded part of a charge: {payment_intent or charge, reason?, status?}."""
    params.only("payment_intent", "charge", "reason", "status")
    reason = params.choice("reason", REASONS) or "fraudulent"
    status = params.choice("status", STATUSES) or "needs_response"
    charge = charges.get_charge(transaction, params)
    if not charge["paid"] or charge["disputed"] or charge["refunded"]:
        raise UnexpectedState(f"Charge {charge['id']} has no funds left to dispute.", param="charge")
    return _open(transaction, charge, reason, status)


def open_for_test_card(transaction: Transaction, charge_id: str) -> None:
    """The dispute that some test cards cause."""
    charge = transaction.objects.get("charge", charge_id)
    reason = card_of(transaction.objects.get("payment_method", charge["payment_method"])).dispute
    if reason is not None and not charge["disputed"] and not charge["refunded"]:
        _open(transaction, charge, reason, "needs_response")


def set_status(transaction: Transaction, params: Params) -> Json:
    """Move a dispute to any other status: {status}. A closed one is final, apart from the appeal of a lost one."""
    params.only("id", "status")
    dispute = transaction.objects.get("dispute", params.required("id"), param="id")
    status, previous = params.required_choice("status", STATUSES), dispute["status"]
    is_appeal = previous == "lost" and status.startswith("appeal_")
    if previous in CLOSED and not is_appeal:
        raise UnexpectedState(f"This dispute is closed: its status is {previous}.", param="id")
    dispute.update(status=status, is_charge_refundable=status not in FUNDS_WITHDRAWN)
    transaction.objects.save(dispute)
    transaction.emit(f"charge.dispute.{'closed' if status in CLOSED else 'updated'}", dispute)
    _emit_funds_moved(transaction, dispute, withdrawn_before=previous in FUNDS_WITHDRAWN)
    return dispute


def _emit_funds_moved(transaction: Transaction, dispute: Json, *, withdrawn_before: bool) -> None:
    withdrawn = dispute["status"] in FUNDS_WITHDRAWN
    if withdrawn != withdrawn_before:
        transaction.emit(f"charge.dispute.funds_{'withdrawn' if withdrawn else 'reinstated'}", dispute)


def _open(transaction: Transaction, charge: Json, reason: str, status: str) -> Json:
    dispute: Json = {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "charge": charge["id"],
        "created": transaction.created,
        "currency": charge["currency"],
        "evidence_details": {
            "due_by": transaction.created + RESPONSE_SECONDS,
            "has_evidence": False,
            "submission_count": 0,
        },
        "is_charge_refundable": status not in FUNDS_WITHDRAWN,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": status,
    }
    transaction.objects.add(dispute)
    transaction.objects.save({**charge, "disputed": True})
    transaction.emit("charge.dispute.created", dispute)
    _emit_funds_moved(transaction, dispute, withdrawn_before=False)
    return dispute
