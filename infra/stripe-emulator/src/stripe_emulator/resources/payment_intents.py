"""PaymentIntents: created, looked up, listed, cancelled. How they are paid is confirming.py."""

from typing import Any

from stripe_emulator.ids import new_id
from stripe_emulator.resources import confirming
from stripe_emulator.resources.currencies import check_amount
from stripe_emulator.resources.intent_state import as_seen_by, refuse_unless
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import InvalidRequest
from stripe_emulator.wire.listing import PAGING, listing
from stripe_emulator.wire.metadata import metadata

Json = dict[str, Any]

FIELDS = (
    "allowed_payment_method_types",
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "description",
    "metadata",
    "receipt_email",
    "statement_descriptor_suffix",
    *confirming.FIELDS,
)
CANCELLABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
_RESTRICTION = "allowed_payment_method_types"
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


def create(call: Call) -> Json:
    _refuse_removed(call)
    call.params.only(*FIELDS)
    intent = _intent(call)
    confirm = call.params.boolean("confirm")
    if not confirm:
        _choose_only(call, intent)
    call.work.objects.add(intent)
    call.work.emit("payment_intent.created", intent)
    return confirming.pay(call, intent) if confirm else intent


def retrieve(call: Call) -> Json:
    call.params.only("client_secret")
    return as_seen_by(call, call.work.objects.get("payment_intent", call.id, param="intent"))


def search(call: Call) -> Json:
    """The list, newest first."""
    call.params.only(*PAGING)
    return listing(call, "payment_intent", {})


def cancel(call: Call) -> Json:
    """End an intent that has taken no money."""
    call.params.only("cancellation_reason")
    intent = call.work.objects.get("payment_intent", call.id, param="intent")
    reason = call.params.choice("cancellation_reason", REASONS)
    refuse_unless(intent, CANCELLABLE, "cancel", "canceled")
    ended = {"status": "canceled", "canceled_at": call.work.created, "cancellation_reason": reason}
    intent.update(**ended, next_action=None, processing=None)
    call.work.objects.save(intent)
    call.work.emit("payment_intent.canceled", intent)
    return intent


def _intent(call: Call) -> Json:
    amount = call.params.required_integer("amount")
    currency = call.params.required("currency").lower()
    check_amount(amount, currency)
    intent_id = new_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": call.params.texts(_RESTRICTION) or None,
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": None if _RESTRICTION in call.params else {"enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": call.params.choice("capture_method", ("automatic", "automatic_async")) or "automatic_async",
        "client_secret": f"{intent_id}_{new_id('secret')}",
        "confirmation_method": "automatic",
        "created": call.work.created,
        "currency": currency,
        "customer": None,
        "description": call.params.text("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata(call.params),
        "next_action": None,
        "payment_method": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": _types(call),
        "processing": None,
        "receipt_email": call.params.text("receipt_email"),
        "setup_future_usage": None,
        "shipping": None,
        "status": "requires_payment_method",
    }


def _choose_only(call: Call, intent: Json) -> None:
    if "confirmation_token" in call.params:
        raise InvalidRequest(
            "confirmation_token can be given only together with confirm=true, or to the confirm call.",
            param="confirmation_token",
        )
    confirming.choose(call, intent)


def _types(call: Call) -> list[str]:
    """What is compatible of what is allowed: cards only here."""
    if "card" not in (call.params.texts(_RESTRICTION) or ["card"]):
        raise InvalidRequest(
            "None of these types can be used: the emulator takes cards, allowed_payment_method_types[]=card.",
            param=_RESTRICTION,
        )
    return ["card"]


def _refuse_removed(call: Call) -> None:
    """Gone since API version 2026-09-30.endive (Stripe's changelog)."""
    if "payment_method_types" in call.params:
        raise InvalidRequest(
            "payment_method_types is no longer supported: use allowed_payment_method_types, or leave it out.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
