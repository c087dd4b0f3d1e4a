"""Paying a PaymentIntent: which card, 3D Secure if the card wants it, the charge."""

from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.resources import charges, confirmation_tokens, payment_methods
from stripe_emulator.resources.intent_state import as_seen_by, check_secret, refuse_unless
from stripe_emulator.storage.objects import PRIVATE, public
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import CardDeclined, InvalidRequest, UnexpectedState

Json = dict[str, Any]

SOURCES = ("confirmation_token", "payment_method", "payment_method_data")
FIELDS = (*SOURCES, "client_secret", "return_url", "use_stripe_sdk", "error_on_requires_action")
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)


def confirm(call: Call) -> Json:
    """Pay an intent that waits for it.

    Raises:
        UnexpectedState: it is paid, cancelled or processing already, or has no card.
        CardDeclined: the card was refused; the intent waits for another.
    """
    call.params.only(*FIELDS)
    intent = call.work.objects.get("payment_intent", call.id, param="intent")
    check_secret(call, intent)
    refuse_unless(intent, CONFIRMABLE, "confirm", "confirmed")
    return as_seen_by(call, pay(call, intent))


def authenticate(call: Call) -> Json:
    """What the bank's 3D Secure dialog reports; the emulator's own route, for its page script and for tests."""
    call.params.only("client_secret", "outcome")
    intent = call.work.objects.get("payment_intent", call.id, param="intent")
    call.params.required("client_secret")
    check_secret(call, intent)
    outcome = call.params.choice("outcome", ("pass", "fail"))
    if outcome is None:
        raise call.params.missing("outcome")
    refuse_unless(intent, ("requires_action",), "authenticate", "authenticated")
    if outcome == "fail":
        _fail_authentication(call.work, intent)
    else:
        charges.settle(call.work, intent, authenticated=True)
    return as_seen_by(call, intent)


def pay(call: Call, intent: Json) -> Json:
    """Attempt the payment with the card that the call names, or the one chosen before."""
    if not choose(call, intent) and intent["payment_method"] is None:
        raise UnexpectedState(
            "You cannot confirm this PaymentIntent because it's missing a payment method. Confirm it again with a "
            "payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=public(intent),
        )
    decline = _attempt(call.work, intent)
    if decline is not None:
        details = {name: value for name, value in decline.items() if name not in {"type", "message"}}
        raise CardDeclined(decline["message"], **details, payment_intent=as_seen_by(call, intent))
    return intent


def choose(call: Call, intent: Json) -> bool:
    """Take the card that the call names, if it names one: the intent then only waits for its confirmation."""
    given = [name for name in SOURCES if name in call.params]
    if len(given) > 1:
        raise InvalidRequest(f"Give only one of {', '.join(given)}.", param=given[1])
    if not given:
        return False
    method = _keep(call.work, _method(call, given[0], intent))
    intent.update(payment_method=method["id"], status="requires_confirmation", next_action=None)
    return True


def _method(call: Call, source: str, intent: Json) -> Json:
    if source == "confirmation_token":
        return confirmation_tokens.redeem(call.work, call.params.required(source), intent["id"])
    if source == "payment_method":
        return payment_methods.named(call.work, call.params.required(source))
    data = call.params.inner(source)
    if data is None:
        raise call.params.missing(source)
    return payment_methods.from_data(call.work, data, by_page=call.by_page)


def _keep(work: Work, method: Json) -> Json:
    if method[PRIVATE]["spent"]:
        raise UnexpectedState(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, "
            "and may not be used again: create a new one.",
            param="payment_method",
        )
    if work.objects.find(method["id"]) is None:
        work.objects.add(method)
    return method


def _attempt(work: Work, intent: Json) -> Json | None:
    intent["last_payment_error"] = None
    method = work.objects.get("payment_method", intent["payment_method"])
    if payment_methods.card_of(method).authentication:
        _require_action(work, intent)
        return None
    if work.processing_seconds is not None:
        _start_processing(work, intent, work.processing_seconds)
        return None
    return charges.settle(work, intent)


def _require_action(work: Work, intent: Json) -> None:
    sdk = {"type": "three_d_secure_redirect", "stripe_js": f"/v1/payment_intents/{intent['id']}/emulate_3ds"}
    intent.update(status="requires_action", next_action={"type": "use_stripe_sdk", "use_stripe_sdk": sdk})
    work.objects.save(intent)
    work.emit("payment_intent.requires_action", intent)


def _start_processing(work: Work, intent: Json, seconds: float) -> None:
    intent.update(status="processing", next_action=None)
    work.objects.save(intent)
    work.emit("payment_intent.processing", intent)
    work.account.agenda.add("settle", intent["id"], due=work.now + seconds)


def _fail_authentication(work: Work, intent: Json) -> None:
    method = work.objects.get("payment_method", intent["payment_method"])
    error = {
        "type": "invalid_request_error",
        "code": "payment_intent_authentication_failure",
        "message": AUTHENTICATION_FAILED,
        "payment_method": public(method),
    }
    charges.wait_for_another_card(work, intent, error)
