"""Published by tickets, consumed by orders."""

from typing import ClassVar

from ticketing_common.events.event import VersionedEvent
from ticketing_common.events.subjects import Subject


class TicketState(VersionedEvent):
    """The whole state of a ticket. `price` is in minor units."""

    title: str
    price: int
    user_id: str
    order_id: str | None = None


class TicketCreated(TicketState):
    """A seller listed a ticket."""

    subject: ClassVar[Subject] = Subject.TICKET_CREATED


class TicketUpdated(TicketState):
    """The title, the price or the order that holds the ticket changed."""

    subject: ClassVar[Subject] = Subject.TICKET_UPDATED
