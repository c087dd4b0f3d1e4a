"""The base of every event, and the envelope in which one waits in an outbox and travels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ticketing_common.events.subjects import Subject


class Event(BaseModel):
    """A fact, past tense, immutable, camelCase on the wire. Fields are only ever added; a reader ignores what it
    does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    subject: ClassVar[Subject]

    @property
    def event_id(self) -> str:
        """Unique in the whole stream and the same however often the event is said: also its dedup key."""
        raise NotImplementedError


class VersionedEvent(Event):
    """The whole state of an aggregate at one version: a hearer applies it only if it is newer than what it holds."""

    id: str
    version: int

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.id}:{self.version}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on its way: what an outbox stores and what a message carries. `data` is the event's JSON object."""

    id: str
    subject: str
    type: str
    data: dict[str, Any]
    occurred_at: datetime
    traceparent: str

    @classmethod
    def from_event(cls, event: Event, *, occurred_at: datetime, traceparent: str) -> "Envelope":
        """Make `event` ready to be stored and sent."""
        return cls(
            id=event.event_id,
            subject=event.subject.value,
            type=type(event).__name__,
            data=event.model_dump(mode="json", by_alias=True),
            occurred_at=occurred_at,
            traceparent=traceparent,
        )

    def to_document(self) -> dict[str, Any]:
        """As it waits in the `outbox` array of a MongoDB document."""
        return {
            "id": self.id,
            "subject": self.subject,
            "type": self.type,
            "data": self.data,
            "at": self.occurred_at,
            "trace": self.traceparent,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Envelope":
        """The other way round."""
        return cls(
            id=document["id"],
            subject=document["subject"],
            type=document["type"],
            data=document["data"],
            occurred_at=document["at"],
            traceparent=document["trace"],
        )
