"""Who may see a PaymentIntent, and what its status allows."""

import hmac
from collections.abc import Sequence
from typing import Any

from stripe_emulator.storage.objects import public
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import InvalidRequest, UnexpectedState

Json = dict[str, Any]

# What a page sees with its publishable key and the client secret.
SHOWN_TO_PAGES = (
    "id",
    "object",
    "amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "status",
)


def as_seen_by(call: Call, intent: Json) -> Json:
    """All of it for a server; for a page what it may know, if it has the client secret."""
    if not call.by_page:
        return intent
    check_secret(call, intent)
    return {name: intent[name] for name in SHOWN_TO_PAGES}


def check_secret(call: Call, intent: Json) -> None:
    """Let a caller on who has the intent's client secret; a server needs none.

    Raises:
        InvalidRequest: a page without it, or anyone with another.
    """
    given = call.params.required("client_secret") if call.by_page else call.params.text("client_secret")
    if given is not None and not hmac.compare_digest(given.encode(), intent["client_secret"].encode()):
        raise InvalidRequest(
            "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
            code="payment_intent_invalid_parameter",
            param="client_secret",
        )


def refuse_unless(intent: Json, statuses: Sequence[str], verb: str, participle: str) -> None:
    """Raise UnexpectedState, in Stripe's words, unless the status is one of these."""
    if intent["status"] in statuses:
        return
    raise UnexpectedState(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent "
        f"with one of the following statuses may be {participle}: {', '.join(statuses)}.",
        code="payment_intent_unexpected_state",
        payment_intent=public(intent),
    )
