"""The events that wait in a collection's outboxes."""

from datetime import UTC, datetime

from ticketing_common.events import EVENTS, Event, Subject
from ticketing_common.mongo import Documents

_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


async def pending_events(documents: Documents, document_id: str | None = None) -> list[Event]:
    """The unpublished events of one document, or of all."""
    pending = await documents.pending(before=_END_OF_TIME, limit=100)
    envelopes = [env for item in pending if document_id in (None, item.document_id) for env in item.envelopes]
    return [EVENTS[Subject(envelope.subject)].model_validate(envelope.data) for envelope in envelopes]


async def is_outbox_empty(documents: Documents) -> bool:
    """Whether every event has been published."""
    return await documents.pending(before=_END_OF_TIME, limit=1) == []
