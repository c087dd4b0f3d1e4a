"""Stripe's webhooks: a trigger only. What the intent is, Stripe itself is asked; the event's body is not believed."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from ticketing_common.errors import InvalidRequest
from ticketing_payments import use_cases
from ticketing_payments.domain import IntentMismatch
from ticketing_payments.metrics import WEBHOOKS
from ticketing_payments.ports import UnknownIntent
from ticketing_payments.use_cases import Till

log = structlog.get_logger(__name__)


class BadSignature(InvalidRequest):
    """Not from Stripe, or older than five minutes, or the endpoint has no secret to check it with."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a signed webhook is about."""

    type: str
    intent_id: str | None


class WebhookReader(Protocol):
    """Checks the signature; `stripe_gateway.py` has the real one."""

    def read_webhook(self, body: bytes, signature: str | None) -> Signal:
        """The signal; BadSignature when it is not Stripe's."""


async def hear_webhook(till: Till, reader: WebhookReader, *, body: bytes, signature: str | None) -> None:
    """Look at the intent that a webhook is about. Twice, late or out of order is the same."""
    try:
        signal = reader.read_webhook(body, signature)
    except BadSignature:
        WEBHOOKS.labels("unknown", "bad_signature").inc()
        raise
    outcome = await _follow(till, signal) if signal.intent_id else "ignored"
    WEBHOOKS.labels(signal.type if outcome != "ignored" else "other", outcome).inc()


async def _follow(till: Till, signal: Signal) -> str:
    try:
        intent = await till.gateway.retrieve(signal.intent_id or "")
    except UnknownIntent:
        return "ignored"
    payment = await till.payments.find(intent.order_id) if intent.order_id else None
    if payment is None or payment.intent_id is None:
        # Another system's payment, or an intent that is not stored yet and so cannot have taken money.
        return "ignored"
    try:
        after = await use_cases.take_over(till, payment.order_id, intent)
    except IntentMismatch as error:
        # 200 all the same: sending it again would not make it match.
        log.critical("webhook.mismatch", order_id=payment.order_id, error=str(error))
        return "mismatch"
    await use_cases.settle(till, after)
    return "taken"
