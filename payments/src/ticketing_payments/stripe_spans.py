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


def stripe_span(operation: str, server: str) -> Span:
    """Of one call to the host `server`, with the SDK's own retries. Our context is not sent: it is of no use to
    Stripe."""
    method, template = _REQUESTS[operation]
    attributes = {
        "http.request.method": method,
        "url.template": template,
        "server.address": server,
        "peer.service": "stripe",
    }
    return spans.client(f"{method} {template}", attributes)


def note_response(span: Span, outcome: object) -> None:
    """Add the status of a call's result, or of the SDK's error: neither has one when Stripe did not respond."""
    if not span.recorded:
        return
    response = getattr(outcome, "last_response", None)
    status = response.code if response is not None else getattr(outcome, "http_status", None)
    if status is not None:
        span.set({"http.response.status_code": status})
