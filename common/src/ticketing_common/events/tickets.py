"""Published by tickets, consumed by orders."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from ticketing_common.events.event import VersionedEvent
from ticketing_common.events.subjects import Subject


class TicketStep(StrEnum):
    """What happened to a ticket."""

    NEW = "new"
    EDITED = "edited"
    REPRICED = "repriced"
    RESERVED = "reserved"
    FREED = "freed"
    SOLD = "sold"
    WITHDRAWN = "withdrawn"


class TicketState(VersionedEvent):
    """The whole state of a ticket, and the `step` that led to it: None in events of releases that did not record it.

    `price` is in minor units. `reserved_until` is set while an unpaid order holds the ticket. A ticket that is
    `withdrawn` may still be reserved, or sold, by an order that was placed before the withdrawal was known.
    """

    title: str
    price: int
    user_id: str
    order_id: str | None = None
    reserved_until: AwareDatetime | None = None
    withdrawn: bool = False
    step: TicketStep | None = None


class TicketCreated(TicketState):
    """A seller listed a ticket."""

    subject: ClassVar[Subject] = Subject.TICKET_CREATED


class TicketUpdated(TicketState):
    """The title, the price or the order that holds the ticket changed."""

    subject: ClassVar[Subject] = Subject.TICKET_UPDATED


class TicketWithdrawn(TicketState):
    """The seller withdrew the ticket, or the last reservation of a withdrawn one ended unpaid."""

    subject: ClassVar[Subject] = Subject.TICKET_WITHDRAWN
