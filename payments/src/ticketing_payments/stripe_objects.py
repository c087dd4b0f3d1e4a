"""Maps Stripe's objects, as plain JSON, to the domain."""

from collections.abc import Sequence
from typing import Any

from ticketing_payments.domain.intent import Decline, Intent, IntentStatus, Money
from ticketing_payments.ports import WebhookEvent

Json = dict[str, Any]

_FAILED_REFUND = ("failed", "canceled")
# An inquiry takes no money; it may become a dispute.
_INQUIRIES = ("warning_needs_response", "warning_under_review", "warning_closed")


def to_intent(data: Json, refunds: Sequence[Json] = (), disputes: Sequence[Json] = ()) -> Intent:
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


def to_webhook_event(data: Json) -> WebhookEvent:
    """An event about a PaymentIntent, or about a charge, refund or dispute that names its PaymentIntent."""
    about = data["data"]["object"]
    intent = about.get("id") if about.get("object") == "payment_intent" else about.get("payment_intent")
    return WebhookEvent(type=data["type"], intent_id=intent if isinstance(intent, str) else None)


def _money(data: Json, refunds: Sequence[Json], disputes: Sequence[Json]) -> Money:
    return Money(
        captured=data.get("amount_received") or 0,
        refund_requested=sum(refund["amount"] for refund in refunds),
        refund_failed=sum(refund["amount"] for refund in refunds if refund["status"] in _FAILED_REFUND),
        dispute_opened=sum(dispute["amount"] for dispute in disputes if dispute["status"] not in _INQUIRIES),
        dispute_won=sum(dispute["amount"] for dispute in disputes if dispute["status"] == "won"),
        dispute_lost=sum(dispute["amount"] for dispute in disputes if dispute["status"] == "lost"),
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
