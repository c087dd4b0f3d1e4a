"""A ticket: its price, its seller and the order that holds it."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from ticketing_common.errors import Forbidden, InvalidState
from ticketing_common.events import OrderState

MAX_TITLE_CHARS = 200


class Fence(NamedTuple):
    """Fencing token: hold and version of an order. Of two events about one ticket, the higher pair is newer."""

    hold: int
    order_version: int


NEVER_HELD = Fence(-1, -1)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket on sale, or held by `order_id`. `price` is in minor units.

    `version` grows with each change that others can see; `fence` is that of the newest order event applied.
    """

    id: str
    title: str
    price: int
    user_id: str
    created_at: datetime
    version: int = 0
    order_id: str | None = None
    fence: Fence = NEVER_HELD


class TicketReserved(InvalidState):
    """An order holds the ticket, or has bought it."""

    message = "This ticket is reserved or sold and cannot be changed now."


class NotTheSeller(Forbidden):
    """Only the seller may change a ticket."""

    message = "Not authorized: only its seller may change this ticket."


def checked_title(text: str) -> str:
    """The title without surrounding whitespace; ValueError, with a message for the sender, when it is invalid."""
    title = text.strip()
    if not 1 <= len(title) <= MAX_TITLE_CHARS:
        raise ValueError(f"must have 1 to {MAX_TITLE_CHARS} characters, not counting surrounding whitespace")
    categories = {unicodedata.category(char) for char in title}
    if categories & {"Cc", "Cs"}:  # a lone surrogate is valid JSON but cannot be stored
        raise ValueError("must be one line without control characters")
    if all(category[0] in "CZ" for category in categories):
        raise ValueError("must have at least one visible character")
    return title


def edit(ticket: Ticket, *, user_id: str, title: str, price: int) -> Ticket:
    """The ticket with a new title and price; NotTheSeller, or TicketReserved while an order holds it."""
    if user_id != ticket.user_id:
        raise NotTheSeller
    if ticket.order_id is not None:
        raise TicketReserved
    if (title, price) == (ticket.title, ticket.price):
        return ticket
    return replace(ticket, title=title, price=price, version=ticket.version + 1)


def apply_order(ticket: Ticket, order: OrderState) -> Ticket:
    """The ticket after an order event: reserved, released, or unchanged when newer state is known.

    Without the fence, a late event of a cancelled order would lock the ticket forever, or release one that another
    order holds. The fence moves even where nothing visible changes, to keep older events out.
    """
    fence = Fence(order.hold, order.version)
    if fence <= ticket.fence:
        return ticket
    order_id = order.id if order.status.holds_ticket else None
    if order_id == ticket.order_id:
        return replace(ticket, fence=fence)
    return replace(ticket, fence=fence, order_id=order_id, version=ticket.version + 1)
