"""Said by tickets, heard by orders."""

from typing import ClassVar

from ticketing_common.events.event import VersionedEvent
from ticketing_common.events.subjects import Subject


class TicketState(VersionedEvent):
    """A ticket as its owner, the tickets service, knows it. `price` is in minor units."""

    title: str
    price: int
    user_id: str
    order_id: str | None = None


class TicketCreated(TicketState):
    """A seller listed a ticket."""

    subject: ClassVar[Subject] = Subject.TICKET_CREATED


class TicketUpdated(TicketState):
    """Its title, its price or who holds it changed."""

    subject: ClassVar[Subject] = Subject.TICKET_UPDATED
