"""The messages of the AsyncAPI document: headers, payload and an example of each."""

import re
from inspect import cleandoc
from typing import Any

from pydantic.alias_generators import to_camel

from ticketing_common.events import EVENTS, Envelope, Event, Subject
from ticketing_common.messaging import headers
from ticketing_docs.event_examples import EXAMPLES, RESERVED_AT
from ticketing_docs.message_headers import DEAD_HEADERS, EVENT_HEADERS, MSG_ID

Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/{model}"
_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_ENVELOPES = {
    example.subject: Envelope.from_event(example, occurred_at=RESERVED_AT, traceparent=_TRACEPARENT)
    for example in EXAMPLES
}


def message(subject: Subject) -> Json:
    """The message with this subject. Its payload is the schema in common/contract."""
    event, payload = EVENTS[subject], _schema(subject)
    payload.pop("$defs", None)
    return {
        "name": event.__name__,
        "title": event.__name__,
        "summary": description(event),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/EventHeaders"},
        "payload": payload,
        "examples": [_example(_ENVELOPES[subject])],
    }


def description(event: type[Event]) -> str:
    """Its docstring, with the names that fields have on the wire."""
    return re.sub(r"`(\w+)`", lambda name: f"`{to_camel(name[1])}`", cleandoc(event.__doc__ or ""))


def schemas() -> Json:
    """The schemas of the headers, and those that payloads refer to."""
    found: Json = {"EventHeaders": EVENT_HEADERS, "DeadLetterHeaders": DEAD_HEADERS}
    for subject in Subject:
        found |= _schema(subject).get("$defs", {})
    return dict(sorted(found.items()))


def dead_letter() -> Json:
    """A message in DEAD: the original payload and headers, and why it could not be handled."""
    original = _ENVELOPES[Subject.ORDER_CREATED]
    return {
        "name": "DeadLetter",
        "title": "Dead letter",
        "summary": "The payload of the original message, whatever it was, and why it could not be handled.",
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/DeadLetterHeaders"},
        "payload": {"description": "As it was received"},
        "examples": [{"headers": _dead_headers(original), "payload": original.data}],
    }


def _schema(subject: Subject) -> Json:
    return EVENTS[subject].model_json_schema(by_alias=True, mode="serialization", ref_template=_SCHEMAS)


def _example(envelope: Envelope) -> Json:
    return {
        "name": envelope.type,
        "headers": _headers(envelope),
        "payload": envelope.data,
    }


def _headers(envelope: Envelope) -> dict[str, str]:
    return {
        MSG_ID: envelope.id,
        headers.EVENT_TYPE: envelope.type,
        headers.OCCURRED_AT: envelope.occurred_at.isoformat(),
        headers.TRACEPARENT: envelope.traceparent,
    }


def _dead_headers(original: Envelope) -> Json:
    return {
        **_headers(original),
        MSG_ID: "TICKETING.tickets-order-created.42",
        headers.DEAD_REASON: "NotFound: There is no such ticket.",
        headers.DEAD_DURABLE: "tickets-order-created",
        headers.DEAD_SUBJECT: original.subject,
        headers.DEAD_SEQUENCE: "42",
        headers.DEAD_DELIVERIES: "10",
        headers.DEAD_EVENT_ID: original.id,
        headers.DEAD_AT: original.occurred_at.isoformat(),
    }
