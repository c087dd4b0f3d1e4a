"""Confirming a PaymentIntent: the card, 3D Secure if the card requires it, the charge."""

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import CardDeclined, InvalidRequest, UnexpectedState
from stripe_emulator.http.request import ApiRequest
from stripe_emulator.objects import PRIVATE, Json, public
from stripe_emulator.resources import charges, confirmation_tokens, payment_methods
from stripe_emulator.resources.payment_intents import require_status, verify_client_secret, visible_to

SOURCES = ("confirmation_token", "payment_method", "payment_method_data")
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)


def confirm(request: ApiRequest) -> Json:
    """Attempt the payment.

    Raises:
        UnexpectedState: the intent is succeeded, canceled or processing, or has no card.
        CardDeclined: the card was declined; the intent waits for another.
    """
    request.params.only(*SOURCES, "return_url", "use_stripe_sdk")
    intent = request.objects.get("payment_intent", request.id, param="intent")
    require_status(intent, CONFIRMABLE, "confirm", "confirmed")
    method = _payment_method(request, intent)
    intent.update(payment_method=method["id"], next_action=None, last_payment_error=None)
    error = _attempt(request.transaction, intent, method)
    if error is not None:
        details = {name: value for name, value in error.items() if name not in {"type", "message"}}
        raise CardDeclined(error["message"], **details, payment_intent=intent)
    return intent


def authenticate(request: ApiRequest) -> Json:
    """Complete 3D Secure; the emulator's own route, for the page script and for tests."""
    request.params.only("client_secret", "outcome")
    intent = request.objects.get("payment_intent", request.id, param="intent")
    verify_client_secret(request, intent)
    outcome = request.params.required_choice("outcome", ("pass", "fail"))
    require_status(intent, ("requires_action",), "authenticate", "authenticated")
    if outcome == "fail":
        _fail_authentication(request.transaction, intent)
    else:
        charges.settle(request.transaction, intent, authenticated=True)
    return visible_to(request, intent)


def _payment_method(request: ApiRequest, intent: Json) -> Json:
    """The PaymentMethod that the request names, or the intent's own; stored."""
    given = [name for name in SOURCES if name in request.params]
    if len(given) > 1:
        raise InvalidRequest(f"Give only one of {', '.join(given)}.", param=given[1])
    if given == ["confirmation_token"]:
        token = request.params.required("confirmation_token")
        method: Json | None = confirmation_tokens.redeem(request.transaction, token, intent["id"])
    else:
        method = payment_methods.from_params(request)
    if method is None:
        return _attached(request, intent)
    if method[PRIVATE]["spent"]:
        raise UnexpectedState(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, "
            "and may not be used again: create a new one.",
            param="payment_method",
        )
    if request.objects.find(method["id"]) is None:
        request.objects.add(method)
    return method


def _attached(request: ApiRequest, intent: Json) -> Json:
    if intent["payment_method"] is None:
        raise UnexpectedState(
            "You cannot confirm this PaymentIntent because it's missing a payment method. Confirm it again with a "
            "payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=public(intent),
        )
    return request.objects.get("payment_method", intent["payment_method"])


def _attempt(transaction: Transaction, intent: Json, method: Json) -> Json | None:
    """Charge the card, now or later; the error if it is declined."""
    if payment_methods.card_of(method).authentication:
        path = f"/v1/payment_intents/{intent['id']}/emulate_3ds"
        sdk = {"type": "three_d_secure_redirect", "stripe_js": path}
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
        _wait(transaction, intent, "requires_action")
    elif transaction.processing_seconds is not None:
        _wait(transaction, intent, "processing")
        due = transaction.now + transaction.processing_seconds
        transaction.account.jobs.add("settle", intent["id"], due=due)
    else:
        return charges.settle(transaction, intent)
    return None


def _wait(transaction: Transaction, intent: Json, status: str) -> None:
    intent["status"] = status
    transaction.objects.save(intent)
    transaction.emit(f"payment_intent.{status}", intent)


def _fail_authentication(transaction: Transaction, intent: Json) -> None:
    method = transaction.objects.get("payment_method", intent["payment_method"])
    error: Json = {
        "type": "invalid_request_error",
        "code": "payment_intent_authentication_failure",
        "message": AUTHENTICATION_FAILED,
        "payment_method": public(method),
    }
    charges.require_payment_method(transaction, intent, error)
