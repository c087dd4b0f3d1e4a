"""Requests and responses of /api/tickets."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from ticketing_common.currency import Currency
from ticketing_common.web import CamelModel, Price
from ticketing_tickets.domain import MAX_TITLE_CHARS, Ticket, checked_title

Title = Annotated[
    str,
    AfterValidator(checked_title),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TITLE_CHARS}),
]


class TicketIn(CamelModel):
    """A ticket to create, or the new state of one. `price` is in minor units once validated."""

    title: Title
    price: Price


class TicketOut(CamelModel):
    """A ticket. `order_id` is present while an order holds it or has bought it."""

    id: str
    title: str
    price: float = Field(description="In major units (dollars)")
    user_id: str
    version: int
    order_id: str | None = None


def ticket_out(ticket: Ticket, currency: Currency) -> TicketOut:
    """The ticket as the API shows it."""
    return TicketOut(
        id=ticket.id,
        title=ticket.title,
        price=currency.to_major(ticket.price),
        user_id=ticket.user_id,
        version=ticket.version,
        order_id=ticket.order_id,
    )
