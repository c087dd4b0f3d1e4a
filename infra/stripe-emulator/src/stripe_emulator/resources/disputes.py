"""Disputes: a buyer asks the bank for the money back."""

from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.ids import new_id
from stripe_emulator.resources.payment_methods import card_of
from stripe_emulator.resources.refunds import paid_charge
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import UnexpectedState
from stripe_emulator.wire.listing import PAGING, listing
from stripe_emulator.wire.params import Params

Json = dict[str, Any]

REASONS = ("duplicate", "fraudulent", "general", "product_not_received", "product_unacceptable", "unrecognized")
ENDS = ("won", "lost")


def retrieve(call: Call) -> Json:
    call.params.only()
    return call.work.objects.get("dispute", call.id, param="dispute")


def search(call: Call) -> Json:
    """The list, newest first, of one PaymentIntent or charge if asked so."""
    call.params.only(*PAGING, "payment_intent", "charge")
    filters = {"payment_intent": "intent = ?", "charge": "json_extract(body, '$.charge') = ?"}
    return listing(
        call, "dispute", {sql: call.params.text(name) for name, sql in filters.items() if name in call.params}
    )


def make(work: Work, params: Params) -> Json:
    """Dispute what is left of a charge; `reason` is fraudulent unless said otherwise."""
    params.only("payment_intent", "charge", "reason")
    return _open(work, paid_charge(work, params), params.choice("reason", REASONS) or "fraudulent")


def by_itself(work: Work, charge_id: str) -> None:
    """The dispute that some test cards bring."""
    charge = work.objects.get("charge", charge_id)
    reason = card_of(work.objects.get("payment_method", charge["payment_method"])).dispute
    if reason is not None and not charge["disputed"] and not charge["refunded"]:
        _open(work, charge, reason)


def close(work: Work, params: Params) -> Json:
    """The bank decides: `status` won (the seller keeps the money) or lost."""
    params.only("dispute", "status")
    dispute = work.objects.get("dispute", params.required("dispute"), param="dispute")
    status = params.choice("status", ENDS)
    if status is None:
        raise params.missing("status")
    if dispute["status"] in ENDS:
        raise UnexpectedState(f"This dispute is closed: it was {dispute['status']}.", param="dispute")
    dispute["status"] = status
    work.objects.save(dispute)
    if status == "won":
        work.emit("charge.dispute.funds_reinstated", dispute)
    work.emit("charge.dispute.closed", dispute)
    return dispute


def _open(work: Work, charge: Json, reason: str) -> Json:
    if not charge["paid"] or charge["disputed"] or charge["refunded"]:
        raise UnexpectedState(f"Charge {charge['id']} has no money left that could be disputed.", param="charge")
    dispute = _dispute(work, charge, reason)
    work.objects.add(dispute)
    work.objects.save({**charge, "disputed": True})
    work.emit("charge.dispute.created", dispute)
    work.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _dispute(work: Work, charge: Json, reason: str) -> Json:
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "charge": charge["id"],
        "created": work.created,
        "currency": charge["currency"],
        "evidence_details": {"due_by": work.created + 7 * 24 * 3600, "has_evidence": False, "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
