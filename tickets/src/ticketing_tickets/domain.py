"""A ticket: its price, its seller, whether it is withdrawn, and the order that holds it."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ticketing_common.errors import Forbidden, InvalidState, NotFound
from ticketing_common.events import OrderState, OrderStatus, TicketStep

MAX_TITLE_CHARS = 200
# The most characters that NFC makes one of: a Greek letter with three accents.
_MAX_COMPOSED = 4
# Controls, line and paragraph separators, and lone surrogates, which are valid JSON but cannot be stored.
_NOT_IN_A_LINE = ("Cc", "Zl", "Zp", "Cs")
# Bidirectional embeddings, overrides and isolates: with them a text reads as another; U+200F does no harm.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and symbols that show nothing: Hangul fillers, the empty Braille pattern, the null notehead.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")


class Fence(NamedTuple):
    """Fencing token: hold and version of an order. Of two events about one ticket, the higher pair is newer."""

    hold: int
    order_version: int


NEVER_HELD = Fence(-1, -1)


class Availability(StrEnum):
    """Whether a ticket can be bought, and if not, why."""

    ON_SALE = "on_sale"
    RESERVED = "reserved"
    SOLD = "sold"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket on sale, withdrawn, or held by `order_id`: until `reserved_until`, or for good once it is sold.

    `price` is in minor units. `version` grows with each change of title, price, withdrawal or order; `fence` is that of
    the newest order event applied. A ticket may be withdrawn while an order holds it: that order was placed before the
    withdrawal was known, and goes on.
    """

    id: str
    title: str
    price: int
    user_id: str
    created_at: datetime
    version: int = 0
    order_id: str | None = None
    reserved_until: datetime | None = None
    withdrawn: bool = False
    fence: Fence = NEVER_HELD

    @property
    def availability(self) -> Availability:
        """An order comes before a withdrawal, which takes effect when the order ends unpaid.

        Its version tells whether it is paid: it is 0 when the order reserves the ticket.
        """
        if self.order_id is not None:
            return Availability.SOLD if self.fence.order_version > 0 else Availability.RESERVED
        return Availability.WITHDRAWN if self.withdrawn else Availability.ON_SALE


@dataclass(frozen=True, slots=True)
class Total:
    """A number of tickets, and the sum of their prices in minor units."""

    count: int
    amount: int


_STEPS = {
    Availability.ON_SALE: TicketStep.FREED,
    Availability.RESERVED: TicketStep.RESERVED,
    Availability.SOLD: TicketStep.SOLD,
    Availability.WITHDRAWN: TicketStep.WITHDRAWN,
}


class NoSuchTicket(NotFound):
    """There is none, or none that the user may see."""

    message = "There is no such ticket."


class TicketReserved(InvalidState):
    """An order holds the ticket, or has bought it."""

    message = "This ticket is reserved or sold and cannot be changed now."


class AlreadyWithdrawn(InvalidState):
    """The seller withdrew the ticket."""

    message = "This ticket was withdrawn and cannot be changed."


class NotTheSeller(Forbidden):
    """Only the seller may change a ticket."""

    message = "Not authorized: only its seller may change this ticket."


def checked_title(text: str) -> str:
    """The title in NFC, without surrounding whitespace; ValueError, with a message for the sender, if it is invalid."""
    title = text.strip()
    if len(title) <= MAX_TITLE_CHARS * _MAX_COMPOSED:  # normalising costs the square of the length
        title = unicodedata.normalize("NFC", title)
    if not 1 <= len(title) <= MAX_TITLE_CHARS:
        raise ValueError(f"must have 1 to {MAX_TITLE_CHARS} characters, not counting surrounding whitespace")
    if title.isascii() and title.isprintable():
        return title
    if any(unicodedata.category(char) in _NOT_IN_A_LINE for char in title):
        raise ValueError("must be one line without control characters")
    if not _REORDERING.isdisjoint(title):
        raise ValueError("must not have characters that override the direction of text")
    if not any(map(_is_visible, title)):
        raise ValueError("must have at least one visible character")
    return title


def _is_visible(char: str) -> bool:
    """Whether it shows by itself: not spaces, marks that combine, joiners, tags or selectors."""
    return unicodedata.category(char)[0] in "LNPS" and char not in _BLANK


def require_visible(ticket: Ticket, user_id: str | None) -> None:
    """NotFound for others than the seller while the ticket is withdrawn."""
    if ticket.availability is Availability.WITHDRAWN and user_id != ticket.user_id:
        raise NoSuchTicket


def edit(ticket: Ticket, *, user_id: str, title: str, price: int) -> Ticket:
    """The ticket with a new title and price; NotTheSeller, TicketReserved while an order holds it, AlreadyWithdrawn."""
    if user_id != ticket.user_id:
        raise NotTheSeller
    if ticket.order_id is not None:
        raise TicketReserved
    if ticket.withdrawn:
        raise AlreadyWithdrawn
    if (title, price) == (ticket.title, ticket.price):
        return ticket
    return replace(ticket, title=title, price=price, version=ticket.version + 1)


def withdraw(ticket: Ticket, *, user_id: str) -> Ticket:
    """The ticket withdrawn, or the same one if it was before; NotTheSeller, TicketReserved while an order holds it."""
    if user_id != ticket.user_id:
        raise NotTheSeller
    if ticket.withdrawn:
        return ticket
    if ticket.order_id is not None:
        raise TicketReserved
    return replace(ticket, withdrawn=True, version=ticket.version + 1)


def withdraw_again(ticket: Ticket) -> Ticket:
    """The withdrawn ticket with a version above the one that another release made without its withdrawal."""
    return replace(ticket, version=ticket.version + 1)


def apply_order(ticket: Ticket, order: OrderState) -> Ticket:
    """The ticket after an order event: reserved, released, or unchanged when newer state is known.

    Without the fence, a late event of a cancelled order would lock the ticket forever, or release one that another
    order holds. The fence moves even where nothing else changes, to keep older events out.
    """
    fence = Fence(order.hold, order.version)
    if fence <= ticket.fence:
        return ticket
    order_id = order.id if order.status.holds_ticket else None
    unpaid = order_id is not None and order.status is not OrderStatus.COMPLETE
    return replace(
        ticket,
        fence=fence,
        order_id=order_id,
        reserved_until=order.expires_at if unpaid else None,
        version=ticket.version + (order_id != ticket.order_id),
    )


def step_between(before: Ticket, after: Ticket) -> TicketStep:
    """What happened between two states of a ticket."""
    if after.order_id != before.order_id:
        return _STEPS[after.availability]
    if after.withdrawn != before.withdrawn:
        return TicketStep.WITHDRAWN
    return TicketStep.EDITED if after.price == before.price else TicketStep.REPRICED
