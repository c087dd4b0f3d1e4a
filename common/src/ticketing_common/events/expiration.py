"""Published by expiration, consumed by orders."""

from typing import ClassVar

from ticketing_common.events.event import Event
from ticketing_common.events.subjects import Subject


class ExpirationComplete(Event):
    """A command: the reservation of this order has expired. Orders checks that against its own clock."""

    subject: ClassVar[Subject] = Subject.EXPIRATION_COMPLETE

    order_id: str

    @property
    def event_id(self) -> str:
        return f"{self.subject}:{self.order_id}"
