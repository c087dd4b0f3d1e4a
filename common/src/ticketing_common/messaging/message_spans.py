"""The spans of messages, by OpenTelemetry's semantic conventions for messaging.

A message carries the context of the span in which it was published. The span of its processing is that one's child,
so that a purchase is one trace, and has a link to it as well, by which tools find what published a message.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from nats.aio.msg import Msg
from nats.js.api import Header

from ticketing_common.events import Envelope, Event
from ticketing_common.messaging.headers import TRACEPARENT
from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID, Attributes, Kind, Span

_NOT_FAILED = frozenset({"handled", "deferred"})


class Publishing:
    """The spans of events that are published at once; `envelopes` carry their contexts."""

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self.envelopes = envelopes
        self._spans: Sequence[Span] = ()
        if spans.is_recording():
            self._spans = [_publish(envelope) for envelope in envelopes]
            self.envelopes = [
                replace(envelope, traceparent=span.traceparent) if span.recorded else envelope
                for envelope, span in zip(envelopes, self._spans, strict=True)
            ]

    def end(self, stored: AbstractSet[str]) -> None:
        """Those whose events are not among `stored`, by id, have failed."""
        for envelope, span in zip(self.envelopes, self._spans, strict=False):
            if envelope.id not in stored:
                span.fail("not_acknowledged")
            span.end()


class Processing:
    """Starts the spans of a consumer's messages."""

    def __init__(self, subject: str, consumer: str) -> None:
        self._name = f"process {subject}"
        self._attributes = {
            **_attributes("process", subject),
            "messaging.operation.name": "process",
            "messaging.consumer.group.name": consumer,
        }

    def enter(self, message: Msg) -> Span:
        """The span of what this task does from now on."""
        context = trace_of(message)
        return spans.enter(
            self._name, Kind.CONSUMER, parent=context, link=context, attributes=self._attributes_of(message)
        )

    def start(self, message: Msg, event: Event) -> Span:
        """The span of a message that is handled with others."""
        context = trace_of(message)
        span = spans.start(
            self._name, Kind.CONSUMER, parent=context, link=context, attributes=self._attributes_of(message)
        )
        describe(span, event)
        return span

    def _attributes_of(self, message: Msg) -> Attributes | None:
        if not spans.is_recording():
            return None
        return {**self._attributes, "messaging.message.id": (message.headers or {}).get(Header.MSG_ID, "")}


def trace_of(message: Msg) -> str | None:
    """The `traceparent` that it carries."""
    return (message.headers or {}).get(TRACEPARENT)


def describe(span: Span, event: Event) -> None:
    """Name the order that the event is about."""
    if span.recorded and event.about_order is not None:
        span.set({ORDER_ID: event.about_order})


def note_outcome(span: Span, outcome: str) -> None:
    """Mark it as failed if the message has to be handled again, or never can."""
    if outcome not in _NOT_FAILED:
        span.fail(outcome)


def _publish(envelope: Envelope) -> Span:
    attributes: dict[str, str] = {
        **_attributes("send", envelope.subject),
        "messaging.operation.name": "publish",
        "messaging.message.id": envelope.id,
    }
    if order_id := _order_of(envelope):
        attributes[ORDER_ID] = order_id
    return spans.start(f"publish {envelope.subject}", Kind.PRODUCER, parent=envelope.traceparent, attributes=attributes)


def _attributes(operation: str, subject: str) -> dict[str, str]:
    return {
        "messaging.system": "nats",
        "messaging.operation.type": operation,
        "messaging.destination.name": subject,
    }


def _order_of(envelope: Envelope) -> str | None:
    of_order = envelope.subject.startswith("order.")
    order_id: str | None = envelope.data.get("id" if of_order else "orderId")
    return order_id
