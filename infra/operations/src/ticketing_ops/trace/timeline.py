"""What `ticketing trace` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ticketing_common.observability import tracing

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """Something that happened at a moment, in a sentence; `source` is the service, `stream` or `stripe`."""

    at: datetime
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """What is still to happen. It needs a person unless it is due later, or younger than a minute."""

    text: str
    needs_person: bool
    do: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event about the order, as a stream stored it; `data` is its JSON object."""

    sequence: int
    subject: str
    at: datetime
    data: Document
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """A dead letter about the order."""

    sequence: int
    at: datetime
    consumer: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found about one order: documents as the stores keep them, None where there is none.

    `emails` are masked, by user id. `stripe` has Stripe's own objects by kind (`payment_intent`, `charges`, `refunds`,
    `disputes`). `ack_floors` says up to which sequence each consumer has handled everything. `unread` says in a
    sentence what could not be read.
    """

    order_id: str
    at: datetime
    order: Document | None = None
    ticket: Document | None = None
    payment: Document | None = None
    expiry: Document | None = None
    emails: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Event] = ()
    dead: Sequence[DeadEvent] = ()
    consumers: Mapping[str, str] = field(default_factory=dict)
    ack_floors: Mapping[str, int] = field(default_factory=dict)
    stripe: Mapping[str, Any] = field(default_factory=dict)
    unread: Sequence[str] = ()

    @property
    def trace_id(self) -> str | None:
        """Of the request that placed the order. Events of its ticket may be of others: the seller has edited it."""
        events = [event.traceparent for event in self.events if event.subject.startswith("order.")]
        traceparents = [(self.order or {}).get("trace"), *events]
        return next((found[3:35] for found in traceparents if tracing.is_valid(found)), None)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The answer: what it is about, what happened, what is still to happen, and what could not be read."""

    order_id: str
    title: str
    facts: Mapping[str, str]
    steps: Sequence[Step]
    tasks: Sequence[Task]
    unread: Sequence[str]

    @property
    def start(self) -> datetime | None:
        """When the order was placed: the first step."""
        return self.steps[0].at if self.steps else None
