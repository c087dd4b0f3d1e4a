"""Said by expiration, heard by orders."""

from typing import ClassVar

from ticketing_common.events.event import Event
from ticketing_common.events.subjects import Subject


class ExpirationComplete(Event):
    """A command in an event's clothes: the time of this order has run out. Orders looks at its own clock too."""

    subject: ClassVar[Subject] = Subject.EXPIRATION_COMPLETE

    order_id: str

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.order_id}"
