"""The JSON schemas of the headers of an event, and of a dead letter."""

from typing import Any

from ticketing_common.messaging import headers

_TRACEPARENT = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
# As in nats.js.api.Header.
MSG_ID = "Nats-Msg-Id"


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """All of these headers are there, as text."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _text(description: str, **more: str) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


_EVENT = {
    MSG_ID: _text("The event's id. JetStream stores an id once within two minutes; consumers may still see it twice"),
    headers.EVENT_TYPE: _text("The name of the message"),
    headers.OCCURRED_AT: _text("When the state was written", format="date-time"),
    headers.TRACEPARENT: _text("The span that wrote the event (W3C Trace Context)", pattern=_TRACEPARENT),
}
# A dead letter has them, too.
_KEPT = (headers.EVENT_TYPE, headers.OCCURRED_AT, headers.TRACEPARENT)
_DEAD = {
    MSG_ID: _text("STREAM.CONSUMER.SEQUENCE of the message that could not be handled"),
    headers.DEAD_REASON: _text("The last error"),
    headers.DEAD_DURABLE: _text("The consumer that failed"),
    headers.DEAD_SUBJECT: _text("The subject of the original message"),
    headers.DEAD_SEQUENCE: _text("The sequence of the original message in TICKETING", pattern="^[0-9]+$"),
    headers.DEAD_DELIVERIES: _text("How often it was delivered", pattern="^[0-9]+$"),
    headers.DEAD_EVENT_ID: _text("The id of the original event"),
    headers.DEAD_AT: _text("When it was dead-lettered", format="date-time"),
}
EVENT_HEADERS = _object(**_EVENT)
DEAD_HEADERS = _object(**{name: _EVENT[name] for name in _KEPT}, **_DEAD)
