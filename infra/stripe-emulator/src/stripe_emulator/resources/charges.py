"""Charges: each attempt to take the money, successful or not."""

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import UnexpectedState
from stripe_emulator.http.request import Params
from stripe_emulator.objects import PRIVATE, Json, new_id, public
from stripe_emulator.resources.cards import Decline
from stripe_emulator.resources.payment_methods import card_of

DISPUTE_AFTER_SECONDS = 1.0
SHOWN_OF_CARD = ("brand", "country", "exp_month", "exp_year", "funding", "last4")


def get_charge(transaction: Transaction, params: Params) -> Json:
    """The charge that `charge` names, or the successful one of `payment_intent`."""
    if "charge" in params:
        return transaction.objects.get("charge", params.required("charge"), param="charge")
    if "payment_intent" not in params:
        raise params.missing("payment_intent")
    intent = transaction.objects.get("payment_intent", params.required("payment_intent"), param="payment_intent")
    if intent["status"] != "succeeded":
        raise UnexpectedState(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return transaction.objects.get("charge", intent["latest_charge"])


def settle_processing(transaction: Transaction, intent_id: str) -> None:
    """Settle an intent that was left `processing`, unless it was canceled meanwhile."""
    intent = transaction.objects.get("payment_intent", intent_id)
    if intent["status"] == "processing":
        settle(transaction, intent)


def settle(transaction: Transaction, intent: Json, *, authenticated: bool = False) -> Json | None:
    """Charge the intent's card; the error if the card is declined."""
    method = transaction.objects.get("payment_method", intent["payment_method"])
    card = card_of(method)
    charge = _charge(transaction, intent, method, card.decline, authenticated=authenticated)
    transaction.objects.add(charge)
    intent.update(latest_charge=charge["id"], next_action=None, processing=None)
    if card.decline is not None:
        return _decline(transaction, intent, charge, method, card.decline)
    transaction.objects.save({**method, PRIVATE: {**method[PRIVATE], "spent": True}})
    intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
    transaction.objects.save(intent)
    transaction.emit("charge.succeeded", charge)
    transaction.emit("payment_intent.succeeded", intent)
    if card.dispute is not None:
        transaction.account.jobs.add("dispute", charge["id"], due=transaction.now + DISPUTE_AFTER_SECONDS)
    return None


def require_payment_method(transaction: Transaction, intent: Json, error: Json) -> None:
    """After a failed attempt, the same intent waits for another card."""
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        processing=None,
        last_payment_error=error,
    )
    transaction.objects.save(intent)
    transaction.emit("payment_intent.payment_failed", intent)


def _decline(transaction: Transaction, intent: Json, charge: Json, method: Json, decline: Decline) -> Json:
    error: Json = {
        "type": "card_error",
        "charge": charge["id"],
        "code": decline.code,
        "decline_code": decline.decline_code,
        "message": decline.message,
        "payment_method": public(method),
    }
    transaction.emit("charge.failed", charge)
    require_payment_method(transaction, intent, error)
    return error


def _charge(
    transaction: Transaction, intent: Json, method: Json, decline: Decline | None, *, authenticated: bool
) -> Json:
    paid = decline is None
    three_d_secure = {"result": "authenticated", "version": "2.2.0"} if authenticated else None
    card = {name: method["card"][name] for name in SHOWN_OF_CARD}
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "captured": paid,
        "created": transaction.created,
        "currency": intent["currency"],
        "disputed": False,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": {**card, "three_d_secure": three_d_secure}, "type": "card"},
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }
