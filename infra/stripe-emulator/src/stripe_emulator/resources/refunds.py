"""Refunds: money given back, at once or (with two of the test cards) later or not at all."""

from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.ids import new_id
from stripe_emulator.resources.currencies import written
from stripe_emulator.resources.payment_methods import card_of
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import InvalidRequest, UnexpectedState
from stripe_emulator.wire.listing import PAGING, listing
from stripe_emulator.wire.metadata import metadata
from stripe_emulator.wire.params import Params

Json = dict[str, Any]

FIELDS = ("payment_intent", "charge", "amount", "reason", "metadata")
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
SETTLES_AFTER_SECONDS = 1.0


def create(call: Call) -> Json:
    return make(call.work, call.params)


def retrieve(call: Call) -> Json:
    call.params.only()
    return call.work.objects.get("refund", call.id, param="refund")


def search(call: Call) -> Json:
    """The list, newest first, of one PaymentIntent or charge if asked so."""
    call.params.only(*PAGING, "payment_intent", "charge")
    filters = {"payment_intent": "intent = ?", "charge": "json_extract(body, '$.charge') = ?"}
    return listing(
        call, "refund", {sql: call.params.text(name) for name, sql in filters.items() if name in call.params}
    )


def make(work: Work, params: Params) -> Json:
    """Give back a charge, or a part of it.

    Raises:
        UnexpectedState: nothing was charged, it has been given back already, or it is disputed.
        InvalidRequest: more than is left.
    """
    params.only(*FIELDS)
    reason, notes = params.choice("reason", REASONS), metadata(params)
    charge = _charge(work, params)
    amount = _amount(params, charge)
    ends = card_of(work.objects.get("payment_method", charge["payment_method"])).refund_ends
    refund = _refund(work, charge, amount=amount, pending=ends == "pending")
    refund.update(reason=reason, metadata=notes)
    work.objects.add(refund)
    take_back(work, charge, amount)
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge)
    if ends != "succeeded":
        work.account.agenda.add(f"refund_{ends}", refund["id"], due=work.now + SETTLES_AFTER_SECONDS)
    return refund


def complete(work: Work, refund_id: str) -> None:
    """A pending refund has arrived."""
    refund = {**work.objects.get("refund", refund_id), "status": "succeeded"}
    work.objects.save(refund)
    work.emit("refund.updated", refund)


def fail(work: Work, refund_id: str) -> None:
    """The bank sends a refund back: the money is with the seller again."""
    refund = work.objects.get("refund", refund_id)
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    work.objects.save(refund)
    take_back(work, work.objects.get("charge", refund["charge"]), -refund["amount"])
    work.emit("refund.updated", refund)
    work.emit("refund.failed", refund)


def take_back(work: Work, charge: Json, amount: int) -> None:
    """Count a refund on its charge."""
    refunded = charge["amount_refunded"] + amount
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])
    work.objects.save(charge)


def paid_charge(work: Work, params: Params) -> Json:
    """The successful charge that `charge` or `payment_intent` names."""
    if "charge" in params:
        return work.objects.get("charge", params.required("charge"), param="charge")
    if "payment_intent" not in params:
        raise InvalidRequest(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
            param="payment_intent",
        )
    intent = work.objects.get("payment_intent", params.required("payment_intent"), param="payment_intent")
    if intent["status"] != "succeeded":
        raise UnexpectedState(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return work.objects.get("charge", intent["latest_charge"])


def _charge(work: Work, params: Params) -> Json:
    charge = paid_charge(work, params)
    if not charge["paid"]:
        raise UnexpectedState(f"Charge {charge['id']} failed: there is nothing to refund.", param="charge")
    if charge["disputed"]:
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
        raise InvalidRequest("This value must be greater than or equal to 1.", param="amount")
    if amount > left:
        currency = charge["currency"]
        raise InvalidRequest(
            f"Refund amount ({written(amount, currency)}) is greater than unrefunded amount on charge "
            f"({written(left, currency)}).",
            param="amount",
        )
    return amount


def _refund(work: Work, charge: Json, *, amount: int, pending: bool) -> Json:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": work.created,
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "failure_reason": None,
        "payment_intent": charge["payment_intent"],
        "receipt_number": None,
        "status": "pending" if pending else "succeeded",
    }
