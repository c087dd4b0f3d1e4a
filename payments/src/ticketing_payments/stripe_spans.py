"""The spans of calls to Stripe, by OpenTelemetry's semantic conventions for HTTP clients."""

from ticketing_common.observability import spans
from ticketing_common.observability.spans import Span

_REQUESTS = {
    "payment_intents.create": ("POST", "/v1/payment_intents"),
    "payment_intents.confirm": ("POST", "/v1/payment_intents/{intent}/confirm"),
    "payment_intents.retrieve": ("GET", "/v1/payment_intents/{intent}"),
    "payment_intents.cancel": ("POST", "/v1/payment_intents/{intent}/cancel"),
    "refunds.create": ("POST", "/v1/refunds"),
    "refunds.list": ("GET", "/v1/refunds"),
    "disputes.list": ("GET", "/v1/disputes"),
}


def stripe_span(operation: str) -> Span:
    """Of one call with the SDK's own retries. Our context is not sent: it is of no use to Stripe."""
    method, template = _REQUESTS[operation]
    attributes = {"http.request.method": method, "url.template": template, "peer.service": "stripe"}
    return spans.client(f"{method} {template}", attributes)
