"""Stripe's objects, as plain JSON, in our words."""

from collections.abc import Sequence
from typing import Any

from ticketing_payments.intent import Decline, Intent, IntentStatus, Money
from ticketing_payments.webhooks import Signal

Json = dict[str, Any]

_SENT_BACK = ("failed", "canceled")
# An inquiry takes no money; it may become a dispute.
_INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")


def intent_of(data: Json, refunds: Sequence[Json] = (), disputes: Sequence[Json] = ()) -> Intent:
    """A PaymentIntent, with its refunds and disputes where there can be any."""
    return Intent(
        id=data["id"],
        order_id=(data.get("metadata") or {}).get("order_id"),
        status=IntentStatus(data["status"]),
        amount=data["amount"],
        currency=data["currency"],
        money=_money(data, refunds, disputes),
        live=bool(data.get("livemode")),
        client_secret=data.get("client_secret"),
        decline=_decline(data.get("last_payment_error")),
    )


def signal_of(data: Json) -> Signal:
    """An event about a PaymentIntent, or about a charge, refund or dispute that names its PaymentIntent."""
    about = data["data"]["object"]
    intent = about.get("id") if about.get("object") == "payment_intent" else about.get("payment_intent")
    return Signal(type=data["type"], intent_id=intent if isinstance(intent, str) else None)


def _money(data: Json, refunds: Sequence[Json], disputes: Sequence[Json]) -> Money:
    return Money(
        captured=data.get("amount_received") or 0,
        given_back=sum(refund["amount"] for refund in refunds),
        bounced=sum(refund["amount"] for refund in refunds if refund["status"] in _SENT_BACK),
        disputed=sum(dispute["amount"] for dispute in disputes if dispute["status"] not in _INQUIRIES),
        won=sum(dispute["amount"] for dispute in disputes if dispute["status"] == "won"),
        lost=sum(dispute["amount"] for dispute in disputes if dispute["status"] == "lost"),
    )


def _decline(error: dict[str, Any] | None) -> Decline | None:
    if not error:
        return None
    method = (error.get("payment_method") or {}).get("id")
    return Decline(
        attempt=error.get("charge") or method or "",
        code=error.get("decline_code") or error.get("code") or "unknown",
        message=error.get("message") or "The card was declined.",
    )
