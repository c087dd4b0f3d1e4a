"""The events of an order, and which services process them."""

from collections.abc import Collection, Sequence

from ticketing_test_support.otlp import CollectedSpan, Edge

_ORDERED = (
    Edge("order.created", "tickets"),
    Edge("order.created", "payments"),
    Edge("order.created", "expiration"),
    Edge("ticket.updated", "orders"),
)
_PAID = (
    Edge("payment.created", "orders"),
    Edge("order.completed", "tickets"),
    Edge("order.completed", "payments"),
)
PURCHASED = (*_ORDERED, *_PAID)
EXPIRED = (
    *_ORDERED,
    Edge("expiration.complete", "orders"),
    Edge("order.cancelled", "tickets"),
    Edge("order.cancelled", "payments"),
)
REINSTATED = (*EXPIRED, *_PAID)
REFUNDED = (
    *EXPIRED,
    Edge("payment.created", "orders"),
    Edge("order.refund_due", "payments"),
    Edge("payment.refunded", "orders"),
)


def unlinked(trace: Sequence[CollectedSpan], edges: Collection[Edge]) -> list[Edge]:
    """Those along which no message went whose span is a child of its publisher's, and linked to it."""
    return [edge for edge in edges if not any(_is_linked(trace, span) for span in trace if edge.leads_to(span))]


def _is_linked(trace: Sequence[CollectedSpan], processed: CollectedSpan) -> bool:
    subject = processed.attributes["messaging.destination.name"]
    published = [span for span in trace if span.span_id == processed.parent_id]
    return [span.name for span in published] == [f"publish {subject}"] and processed.links == (processed.parent_id,)
