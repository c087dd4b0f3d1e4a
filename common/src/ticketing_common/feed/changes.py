"""A message of the stream, and the change that followers see of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import structlog
from pydantic import ValidationError
from pydantic_core import to_json

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event

log = structlog.get_logger(__name__)

EventT = TypeVar("EventT", bound=Event)


class Message(NamedTuple):
    """An event as it is stored."""

    subject: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """What happened, and `data` (for JSON, on one line) as the API shows it. `audience` is the id of the only user who
    may see it, None for everybody."""

    event: str
    data: object
    audience: str | None = None


@dataclass(slots=True, eq=False)
class Entry:
    """A message at its place in the feed. `change` is made when somebody follows the feed: None for one without."""

    source: int
    sequence: int
    message: Message
    cursor: str = ""
    is_shown: bool = False
    change: Change | None = None
    _frame: bytes = b""

    @property
    def audience(self) -> str | None:
        """Of its change."""
        return self.change.audience if self.change else None

    def frame(self) -> bytes:
        """The change in the format of server-sent events, made once for all followers; empty without one."""
        if not self._frame and self.change is not None:
            head = f"id: {self.cursor}\nevent: {self.change.event}\ndata: ".encode()
            self._frame = b"%b%b\n\n" % (head, to_json(self.change.data))
        return self._frame


def parse(message: Message, models: Mapping[str, type[EventT]]) -> EventT | None:
    """The event, by the model of its subject; None if this release does not know the subject, or cannot read it."""
    model = models.get(message.subject)
    try:
        return model.parse(message.data) if model else None
    except (ValidationError, Unavailable):
        log.exception("feed.invalid_message", subject=message.subject)
        return None
