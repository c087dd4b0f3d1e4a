"""Requests and responses of /api/tickets. Money is a JSON number in major units (dollars) on the wire."""

from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from ticketing_common.money import to_major, to_minor
from ticketing_common.web import CamelModel
from ticketing_tickets.domain import MAX_PRICE, MAX_TITLE_CHARS, MIN_PRICE, Ticket, checked_price, checked_title


def _price(value: object) -> int:
    """Minor units from what JSON gave, which takes NaN and Infinity for numbers, and true for 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a JSON number of dollars, like 12.5")  # noqa: TRY004 (pydantic lets TypeError pass)
    return checked_price(to_minor(value))


Title = Annotated[
    str,
    AfterValidator(checked_title),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TITLE_CHARS}),
]
Price = Annotated[
    int,
    PlainValidator(_price),
    WithJsonSchema(
        {
            "type": "number",
            "minimum": to_major(MIN_PRICE),
            "maximum": to_major(MAX_PRICE),
            "description": "In dollars, with at most two decimals",
        }
    ),
]


class TicketIn(CamelModel):
    """What the seller says of a ticket. `price` is in minor units once it is read."""

    title: Title
    price: Price


class TicketOut(CamelModel):
    """A ticket, to everybody. `order_id` is there while an order holds it or has bought it."""

    id: str
    title: str
    price: float = Field(description="In dollars, with at most two decimals")
    user_id: str
    version: int
    order_id: str | None = None


def ticket_out(ticket: Ticket) -> TicketOut:
    """The ticket as it goes out."""
    return TicketOut(
        id=ticket.id,
        title=ticket.title,
        price=to_major(ticket.price),
        user_id=ticket.user_id,
        version=ticket.version,
        order_id=ticket.order_id,
    )
