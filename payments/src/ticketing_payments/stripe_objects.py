"""Maps Stripe's objects, as plain JSON, to the domain."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from ticketing_common.errors import Unavailable
from ticketing_payments.domain.intent import Decline, Intent, IntentStatus, Money
from ticketing_payments.ports import WebhookEvent

Json = Mapping[str, Any]
StatusT = TypeVar("StatusT", bound=StrEnum)

INTENT_ID = r"pi_[A-Za-z0-9_]{1,250}"
EVENT_TYPE = r"[a-z0-9_]{1,50}(?:\.[a-z0-9_]{1,50}){0,9}"
_INTENT_ID = re.compile(INTENT_ID)
_EVENT_TYPE = re.compile(EVENT_TYPE)


class RefundStatus(StrEnum):
    """Stripe's own names (docs.stripe.com/api/refunds/object). The last two leave the money with the seller."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class DisputeOutcome(StrEnum):
    """What a dispute does to the money: nothing, or it is withheld, returned to the seller, or lost."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


# docs.stripe.com/api/disputes/object. A prevented dispute never became one; if it led to a refund, Stripe lists that.
DISPUTES = {
    "warning_needs_response": DisputeOutcome.INQUIRY,
    "warning_under_review": DisputeOutcome.INQUIRY,
    "warning_closed": DisputeOutcome.INQUIRY,
    "needs_response": DisputeOutcome.OPEN,
    "under_review": DisputeOutcome.OPEN,
    "appeal_needs_response": DisputeOutcome.OPEN,
    "appeal_under_review": DisputeOutcome.OPEN,
    "won": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
    "prevented": DisputeOutcome.WON,
}
# Where Stripe's message addresses developers.
_BUYER_TEXTS = {"payment_intent_authentication_failure": "Your bank could not confirm your identity."}


class UnknownStatus(Unavailable):
    """Stripe reports a status that this release does not know: try again later, perhaps with a newer release."""

    message = "The payment result is not known yet. Try again in a few minutes."

    def __init__(self, kind: str, value: str) -> None:
        super().__init__()
        self.kind = kind
        self.value = value


def to_intent(data: Json, refunds: Sequence[Json] = (), disputes: Sequence[Json] = ()) -> Intent:
    """A PaymentIntent, with its refunds and disputes where there can be any. Raises UnknownStatus."""
    return Intent(
        id=data["id"],
        order_id=(data.get("metadata") or {}).get("order_id"),
        status=_status(IntentStatus, "payment_intent", data["status"]),
        amount=data["amount"],
        currency=data["currency"],
        money=_money(data, refunds, disputes),
        live=bool(data.get("livemode")),
        client_secret=data.get("client_secret"),
        decline=_decline(data.get("last_payment_error")),
    )


def to_webhook_event(data: object) -> WebhookEvent:
    """An event about a PaymentIntent, or about an object that names its PaymentIntent. ValueError for other JSON."""
    match data:
        case {"type": str(kind), "data": {"object": {"object": "payment_intent", **intent}}}:
            return WebhookEvent(_event_type(kind), _intent_id(intent.get("id")))
        case {"type": str(kind), "data": {"object": {"payment_intent": {**intent}}}}:
            return WebhookEvent(_event_type(kind), _intent_id(intent.get("id")))
        case {"type": str(kind), "data": {"object": {**other}}}:
            intent_id = other.get("payment_intent")
            return WebhookEvent(_event_type(kind), None if intent_id is None else _intent_id(intent_id))
    raise ValueError("not an event")


def _event_type(kind: str) -> str:
    """It becomes a label of a metric."""
    if _EVENT_TYPE.fullmatch(kind) is None:
        raise ValueError("not the type of an event")
    return kind


def _intent_id(value: object) -> str:
    if not isinstance(value, str) or _INTENT_ID.fullmatch(value) is None:
        raise ValueError("not the id of a PaymentIntent")
    return value


def _status(enum: type[StatusT], kind: str, value: str) -> StatusT:
    try:
        return enum(value)
    except ValueError:
        raise UnknownStatus(kind, value) from None


def _money(data: Json, refunds: Sequence[Json], disputes: Sequence[Json]) -> Money:
    amounts = dict.fromkeys(DisputeOutcome, 0)
    for dispute in disputes:
        amounts[_outcome(dispute["status"])] += dispute["amount"]
    won, lost = amounts[DisputeOutcome.WON], amounts[DisputeOutcome.LOST]
    return Money(
        captured=data.get("amount_received") or 0,
        refund_requested=sum(refund["amount"] for refund in refunds),
        refund_failed=sum(refund["amount"] for refund in refunds if _has_failed(refund["status"])),
        dispute_opened=amounts[DisputeOutcome.OPEN] + won + lost,
        dispute_won=won,
        dispute_lost=lost,
    )


def _has_failed(refund_status: str) -> bool:
    return _status(RefundStatus, "refund", refund_status) in (RefundStatus.FAILED, RefundStatus.CANCELED)


def _outcome(dispute_status: str) -> DisputeOutcome:
    if dispute_status not in DISPUTES:
        raise UnknownStatus("dispute", dispute_status)
    return DISPUTES[dispute_status]


def _decline(error: Json | None) -> Decline | None:
    if not error:
        return None
    method = (error.get("payment_method") or {}).get("id")
    code = error.get("decline_code") or error.get("code") or "unknown"
    return Decline(
        attempt=error.get("charge") or method or "",
        code=code,
        message=_BUYER_TEXTS.get(code) or error.get("message") or "The card was declined.",
    )
