"""Refunds: successful at once or, with two of the test cards or through the control API, later or not at all."""

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import UnexpectedState
from stripe_emulator.http.request import ApiRequest, Params
from stripe_emulator.objects import Json, new_id
from stripe_emulator.resources import charges
from stripe_emulator.resources.currencies import format_amount
from stripe_emulator.resources.disputes import FUNDS_WITHDRAWN
from stripe_emulator.resources.payment_methods import card_of

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")
FUNDS_RETURNED = ("failed", "canceled")  # to the merchant
SETTLES_AFTER_SECONDS = 1.0


def create(request: ApiRequest) -> Json:
    return create_refund(request.transaction, request.params)


def create_refund(transaction: Transaction, params: Params) -> Json:
    """Refund a charge or a part of it: {payment_intent or charge, amount?, reason?, metadata?}.

    Raises:
        UnexpectedState: nothing was charged, or it is refunded already, or charged back.
        InvalidRequest: the amount exceeds what is left.
    """
    params.only("payment_intent", "charge", "amount", "reason", "metadata")
    reason, metadata = params.choice("reason", REASONS), params.metadata()
    charge = _refundable_charge(transaction, params)
    amount = _amount(params, charge)
    ending = card_of(transaction.objects.get("payment_method", charge["payment_method"])).refund_ends
    refund: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": transaction.created,
        "currency": charge["currency"],
        "failure_reason": None,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "pending" if ending == "pending" else "succeeded",
    }
    transaction.objects.add(refund)
    _add_refunded(transaction, charge, amount)
    transaction.emit("refund.created", refund)
    transaction.emit("charge.refunded", charge)
    if ending != "succeeded":
        transaction.account.jobs.add(f"refund_{ending}", refund["id"], due=transaction.now + SETTLES_AFTER_SECONDS)
    return refund


def set_status(transaction: Transaction, params: Params) -> Json:
    """Move a refund to any other status, as the bank may even after success: {status, failure_reason?}."""
    params.only("id", "status", "failure_reason")
    status = params.required_choice("status", STATUSES)
    return _move(transaction, params.required("id"), status, params.text("failure_reason") or "unknown")


def complete(transaction: Transaction, refund_id: str) -> None:
    """A pending refund of a test card succeeds."""
    if transaction.objects.get("refund", refund_id)["status"] == "pending":
        _move(transaction, refund_id, "succeeded")


def fail(transaction: Transaction, refund_id: str) -> None:
    """A refund of a test card fails after having succeeded."""
    if transaction.objects.get("refund", refund_id)["status"] not in FUNDS_RETURNED:
        _move(transaction, refund_id, "failed", "expired_or_canceled_card")


def _move(transaction: Transaction, refund_id: str, status: str, failure_reason: str | None = None) -> Json:
    refund = transaction.objects.get("refund", refund_id)
    if refund["status"] in FUNDS_RETURNED:
        raise UnexpectedState(f"This refund's status is final: {refund['status']}.", param="id")
    refund.update(status=status, failure_reason=failure_reason if status == "failed" else None)
    transaction.objects.save(refund)
    if status in FUNDS_RETURNED:
        _add_refunded(transaction, transaction.objects.get("charge", refund["charge"]), -refund["amount"])
    transaction.emit("refund.updated", refund)
    if status == "failed":
        transaction.emit("refund.failed", refund)
    return refund


def _add_refunded(transaction: Transaction, charge: Json, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])
    transaction.objects.save(charge)


def _refundable_charge(transaction: Transaction, params: Params) -> Json:
    charge = charges.get_charge(transaction, params)
    if not charge["paid"]:
        raise UnexpectedState(f"Charge {charge['id']} failed: there is nothing to refund.", param="charge")
    disputes = transaction.objects.of_intent("dispute", charge["payment_intent"])
    if any(dispute["status"] in FUNDS_WITHDRAWN for dispute in disputes):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise UnexpectedState(message, code="charge_disputed")
    if charge["refunded"]:
        raise UnexpectedState(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    return charge


def _amount(params: Params, charge: Json) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    amount = params.integer("amount")
    if amount is None:
        return left
    if amount < 1:
        raise params.invalid("amount", "This value must be greater than or equal to 1.")
    if amount > left:
        currency = charge["currency"]
        amounts = format_amount(amount, currency), format_amount(left, currency)
        message = "Refund amount ({}) is greater than unrefunded amount on charge ({}).".format(*amounts)
        raise params.invalid("amount", message)
    return amount
