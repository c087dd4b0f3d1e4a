"""Requests and responses of /api/tickets."""

from typing import Annotated, NotRequired

from pydantic import AfterValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from ticketing_common.currency import Currency
from ticketing_common.web import CamelModel, Id, Price
from ticketing_tickets.domain import MAX_TITLE_CHARS, Ticket, checked_title

Title = Annotated[
    str,
    AfterValidator(checked_title),
    WithJsonSchema(
        {
            "type": "string",
            "format": "title",
            "minLength": 1,
            "maxLength": MAX_TITLE_CHARS,
            "description": "One line with a visible character and without control characters",
        }
    ),
]


class TicketIn(CamelModel):
    """A ticket to create, or the new state of one. `price` is in minor units once validated."""

    title: Title
    price: Price


class TicketOut(TypedDict):
    """A ticket. `orderId` is present while an order holds it or has bought it, `withdrawn` once it is withdrawn."""

    id: Id
    title: str
    price: Annotated[float, Field(description="In major units (dollars)")]
    userId: Id
    version: int
    orderId: NotRequired[Id]
    withdrawn: NotRequired[bool]


def ticket_out(ticket: Ticket, currency: Currency) -> TicketOut:
    """The ticket as the API shows it."""
    shown: TicketOut = {
        "id": ticket.id,
        "title": ticket.title,
        "price": currency.to_major(ticket.price),
        "userId": ticket.user_id,
        "version": ticket.version,
    }
    if ticket.order_id is not None:
        shown["orderId"] = ticket.order_id
    if ticket.withdrawn:
        shown["withdrawn"] = True
    return shown
