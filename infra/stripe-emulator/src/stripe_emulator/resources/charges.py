"""Charges: each attempt to take the money, successful or not."""

from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.ids import new_id
from stripe_emulator.resources.card_book import Decline
from stripe_emulator.resources.payment_methods import card_of
from stripe_emulator.storage.objects import PRIVATE, public
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.listing import PAGING, listing

Json = dict[str, Any]

DISPUTE_AFTER_SECONDS = 1.0


def retrieve(call: Call) -> Json:
    call.params.only()
    return call.work.objects.get("charge", call.id, param="charge")


def search(call: Call) -> Json:
    """The list, newest first, of one PaymentIntent if asked so."""
    call.params.only(*PAGING, "payment_intent")
    intent_id = call.params.text("payment_intent")
    return listing(call, "charge", {} if intent_id is None else {"intent = ?": intent_id})


def settle(work: Work, intent: Json, *, authenticated: bool = False) -> Json | None:
    """Charge the intent's card; the error if the card is refused."""
    method = work.objects.get("payment_method", intent["payment_method"])
    card = card_of(method)
    charge = _charge(work, intent, method, card.decline, authenticated=authenticated)
    work.objects.add(charge)
    intent.update(latest_charge=charge["id"], next_action=None, processing=None)
    if card.decline is not None:
        return _declined(work, intent, charge, method, card.decline)
    work.objects.save({**method, PRIVATE: {**method[PRIVATE], "spent": True}})
    _succeed(work, intent, charge)
    if card.dispute is not None:
        work.account.agenda.add("dispute", charge["id"], due=work.now + DISPUTE_AFTER_SECONDS)
    return None


def wait_for_another_card(work: Work, intent: Json, error: Json) -> None:
    """After a failed attempt: the same intent, no card, and why."""
    waiting = {"status": "requires_payment_method", "payment_method": None, "next_action": None, "processing": None}
    intent.update(**waiting, last_payment_error=error)
    work.objects.save(intent)
    work.emit("payment_intent.payment_failed", intent)


def _succeed(work: Work, intent: Json, charge: Json) -> None:
    intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
    work.objects.save(intent)
    work.emit("charge.succeeded", charge)
    work.emit("payment_intent.succeeded", intent)


def _declined(work: Work, intent: Json, charge: Json, method: Json, decline: Decline) -> Json:
    error = {
        "type": "card_error",
        "charge": charge["id"],
        "code": decline.code,
        "decline_code": decline.decline_code,
        "message": decline.message,
        "payment_method": public(method),
    }
    work.emit("charge.failed", charge)
    wait_for_another_card(work, intent, error)
    return error


def _charge(work: Work, intent: Json, method: Json, decline: Decline | None, *, authenticated: bool) -> Json:
    paid = decline is None
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "captured": paid,
        "created": work.created,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_code": None if decline is None else decline.code,
        "failure_message": None if decline is None else decline.message,
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(decline),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _details(method, authenticated=authenticated), "type": "card"},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }


def _details(method: Json, *, authenticated: bool) -> Json:
    shown = {name: method["card"][name] for name in ("brand", "country", "exp_month", "exp_year", "funding", "last4")}
    return {**shown, "three_d_secure": {"result": "authenticated", "version": "2.2.0"} if authenticated else None}


def _outcome(decline: Decline | None) -> Json:
    if decline is None:
        told = {"network_status": "approved_by_network", "reason": None, "type": "authorized"}
        return {**told, "risk_level": "normal", "seller_message": "Payment complete."}
    told = {"network_status": "declined_by_network", "reason": decline.decline_code, "type": "issuer_declined"}
    return {**told, "risk_level": "normal", "seller_message": "The bank did not accept the payment."}
