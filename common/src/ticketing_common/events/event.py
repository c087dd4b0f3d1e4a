"""The base of every event, and the envelope in which it is stored and sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from ticketing_common.errors import Unavailable
from ticketing_common.events.subjects import Subject


class EventModel(BaseModel):
    """An event or a part of one: immutable, camelCase on the wire. Unknown fields, of a newer release, are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Event(EventModel):
    """A fact, in the past tense. Fields are only ever added, with a default."""

    subject: ClassVar[Subject]

    @property
    def event_id(self) -> str:
        """Unique in the stream, and the same each time that the event is published: its deduplication key."""
        raise NotImplementedError

    @property
    def about_order(self) -> str | None:
        """The id of the order that it is about, for logs and traces; None if there is none."""
        return getattr(self, "order_id", None)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the event's JSON. ValidationError when it is invalid.

        Unavailable when only enum values are unknown: retried, it will reach a replica of the newer release.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            if all(item["type"] == "enum" and isinstance(item["input"], str) for item in error.errors()):
                raise Unavailable(f"A newer release published this {cls.__name__}: {error}") from error
            raise


class VersionedEvent(Event):
    """The whole state of an aggregate at one version: applied only if it is newer than the state already known."""

    id: str
    version: int

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.id}:{self.version}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as an outbox stores it and a message carries it. `data` is the event's JSON object."""

    id: str
    subject: str
    type: str
    data: dict[str, Any]
    occurred_at: datetime
    traceparent: str

    @classmethod
    def from_event(cls, event: Event, *, occurred_at: datetime, traceparent: str) -> "Envelope":
        """The envelope of `event`."""
        return cls(
            id=event.event_id,
            subject=event.subject.value,
            type=type(event).__name__,
            data=event.model_dump(mode="json", by_alias=True),
            occurred_at=occurred_at,
            traceparent=traceparent,
        )

    def to_document(self) -> dict[str, Any]:
        """An entry of the `outbox` array of a MongoDB document."""
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
        """The inverse of `to_document`."""
        return cls(
            id=document["id"],
            subject=document["subject"],
            type=document["type"],
            data=document["data"],
            occurred_at=document["at"],
            traceparent=document["trace"],
        )
