"""Stripe's webhooks are only a trigger: the intent is retrieved, and the event's own content is not trusted."""

import structlog

from ticketing_common.ids import is_id
from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID
from ticketing_payments.domain.errors import IntentMismatch
from ticketing_payments.metrics import count_webhook
from ticketing_payments.ports import (
    InvalidSignature,
    InvalidWebhook,
    PaymentDeps,
    UnknownIntent,
    WebhookEvent,
    WebhookReader,
)
from ticketing_payments.use_cases.reconcile import reconcile

log = structlog.get_logger(__name__)


async def handle_webhook(deps: PaymentDeps, reader: WebhookReader, *, body: bytes, signature: str | None) -> None:
    """Reconcile the intent that a webhook is about. Duplicates, delays and any order are harmless."""
    try:
        event = reader.read_webhook(body, signature)
    except InvalidSignature:
        count_webhook("invalid_signature")
        raise
    except InvalidWebhook:
        count_webhook("invalid_event")
        raise
    count_webhook(await _handle(deps, event), event_type=event.type)


async def _handle(deps: PaymentDeps, event: WebhookEvent) -> str:
    if event.intent_id is None:
        return "ignored"
    try:
        intent = await deps.gateway.retrieve(event.intent_id)
    except UnknownIntent:
        return "ignored"
    order_id = intent.order_id or ""
    payment = await deps.store.find(order_id) if is_id(order_id) else None
    if payment is None or payment.intent_id is None:
        # Another system's payment, or an intent that is not stored yet and so cannot have captured money.
        return "ignored"
    try:
        with spans.resume(payment.trace, "apply webhook", attributes={ORDER_ID: order_id}):
            await reconcile(deps, payment.order_id, intent)
    except IntentMismatch as error:
        # The response is 200: sending the webhook again would not make it match.
        log.critical("payment.intent_mismatch", order_id=payment.order_id, error=str(error))
        return "mismatch"
    return "applied"
