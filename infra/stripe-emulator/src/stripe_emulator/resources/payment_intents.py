"""PaymentIntents: create, retrieve, cancel. confirmation.py confirms them."""

import hmac
from collections.abc import Sequence

from stripe_emulator.http.errors import InvalidRequest, UnexpectedState
from stripe_emulator.http.request import ApiRequest
from stripe_emulator.objects import Json, new_id, public
from stripe_emulator.resources.currencies import check_amount

TYPES = "allowed_payment_method_types"
CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
HIDDEN_FROM_PAGES = frozenset({TYPES, "amount_received", "latest_charge", "metadata"})


def create(request: ApiRequest) -> Json:
    params = request.params
    if "payment_method_types" in params:
        raise InvalidRequest(  # removed in API version 2026-09-30.endive
            "payment_method_types is no longer supported: use allowed_payment_method_types, or leave it out.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
    params.only(TYPES, "amount", "automatic_payment_methods", "currency", "description", "metadata")
    amount, currency = params.required_integer("amount"), params.required("currency").lower()
    check_amount(amount, currency)
    types = params.texts(TYPES)
    if types and "card" not in types:
        message = f"None of these types can be used: the emulator supports only cards, {TYPES}[]=card."
        raise InvalidRequest(message, param=TYPES)
    intent_id = new_id("pi")
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": types or None,
        "amount": amount,
        "amount_received": 0,
        "automatic_payment_methods": None if types else {"enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_{new_id('secret')}",
        "created": request.transaction.created,
        "currency": currency,
        "description": params.text("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.metadata(),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "processing": None,
        "status": "requires_payment_method",
    }
    request.objects.add(intent)
    request.transaction.emit("payment_intent.created", intent)
    return intent


def retrieve(request: ApiRequest) -> Json:
    request.params.only("client_secret")
    return visible_to(request, request.objects.get("payment_intent", request.id, param="intent"))


def cancel(request: ApiRequest) -> Json:
    """Cancel an intent that has taken no money."""
    request.params.only("cancellation_reason")
    intent = request.objects.get("payment_intent", request.id, param="intent")
    reason = request.params.choice("cancellation_reason", CANCELLATION_REASONS)
    require_status(intent, CANCELABLE, "cancel", "canceled")
    intent.update(status="canceled", canceled_at=request.transaction.created, cancellation_reason=reason)
    intent.update(next_action=None, processing=None)
    request.objects.save(intent)
    request.transaction.emit("payment_intent.canceled", intent)
    return intent


def visible_to(request: ApiRequest, intent: Json) -> Json:
    """The whole intent for a server; for a page that has the client secret, what a page may see."""
    if not request.by_page:
        return intent
    verify_client_secret(request, intent)
    return {name: value for name, value in intent.items() if name not in HIDDEN_FROM_PAGES}


def verify_client_secret(request: ApiRequest, intent: Json) -> None:
    """Raise InvalidRequest unless the request carries the intent's client secret."""
    given = request.params.required("client_secret")
    if not hmac.compare_digest(given.encode(), intent["client_secret"].encode()):
        raise InvalidRequest(
            "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
            code="payment_intent_invalid_parameter",
            param="client_secret",
        )


def require_status(intent: Json, statuses: Sequence[str], verb: str, participle: str) -> None:
    """Raise UnexpectedState unless the intent has one of these statuses."""
    if intent["status"] not in statuses:
        raise UnexpectedState(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
            f"with one of the following statuses may be {participle}: {', '.join(statuses)}.",
            code="payment_intent_unexpected_state",
            payment_intent=public(intent),
        )
