"""Requests and responses of /api/tickets."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, NotRequired, cast

from pydantic import AfterValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from ticketing_common.currency import Currency
from ticketing_common.events import TicketState
from ticketing_common.web import CamelModel, Id, Price
from ticketing_tickets.domain import MAX_TITLE_CHARS, Availability, Ticket, Total, checked_title

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


class ListedTicketOut(TicketOut):
    """A ticket in a list: in one's own also its `state`, and until when it is reserved."""

    state: NotRequired[Availability]
    reservedUntil: NotRequired[datetime]


class TotalOut(TypedDict):
    """A number of tickets, and the sum of their prices in major units (dollars)."""

    count: int
    amount: float


class TicketsSummaryOut(TypedDict):
    """The sums of a seller's tickets: of all that were ever listed, and by state, at the prices that they have now."""

    listed: TotalOut
    onSale: TotalOut
    reserved: TotalOut
    sold: TotalOut
    withdrawn: TotalOut


def ticket_out(ticket: Ticket | TicketState, currency: Currency) -> TicketOut:
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


def own_ticket_out(ticket: Ticket, currency: Currency) -> ListedTicketOut:
    """The ticket as the API shows it to its seller."""
    shown = cast(ListedTicketOut, ticket_out(ticket, currency))
    shown["state"] = ticket.availability
    if ticket.reserved_until is not None:
        shown["reservedUntil"] = ticket.reserved_until.astimezone(UTC)
    return shown


def summary_out(totals: Mapping[Availability, Total], currency: Currency) -> TicketsSummaryOut:
    """The sums as the API shows them."""

    def total_of(*states: Availability) -> TotalOut:
        found = [totals[state] for state in states if state in totals]
        amount = sum(total.amount for total in found)
        return {"count": sum(total.count for total in found), "amount": currency.to_major(amount)}

    return {
        "listed": total_of(*Availability),
        "onSale": total_of(Availability.ON_SALE),
        "reserved": total_of(Availability.RESERVED),
        "sold": total_of(Availability.SOLD),
        "withdrawn": total_of(Availability.WITHDRAWN),
    }
