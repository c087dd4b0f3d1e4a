"""Requests and responses of /api/tickets. Money is a JSON number in major units on the wire."""

import math
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from ticketing_common.currency import Currency
from ticketing_common.errors import InvalidRequest
from ticketing_common.web import CamelModel
from ticketing_tickets.domain import MAX_TITLE_CHARS, Ticket, checked_title


def _amount(value: object) -> float:
    """A JSON number; Python's JSON takes NaN and Infinity for numbers too, and `true` is an int to it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a JSON number, like 12.5")  # noqa: TRY004 (pydantic lets TypeError pass)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number, like 12.5")
    return value


Title = Annotated[
    str,
    AfterValidator(checked_title),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TITLE_CHARS}),
]
Amount = Annotated[
    float,
    PlainValidator(_amount),
    WithJsonSchema(
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "description": "In major units (dollars), with the currency's decimals, and not less than Stripe charges",
        }
    ),
]


class TicketIn(CamelModel):
    """What the seller says of a ticket. `price` is as sent: `price_in` reads it."""

    title: Title
    price: Amount

    def price_in(self, currency: Currency) -> int:
        """The price in minor units; InvalidRequest when the currency has no such price."""
        try:
            return currency.price(self.price)
        except ValueError as error:
            raise InvalidRequest(f"price {error}.", field="price") from None


class TicketOut(CamelModel):
    """A ticket, to everybody. `order_id` is there while an order holds it or has bought it."""

    id: str
    title: str
    price: float = Field(description="In major units (dollars)")
    user_id: str
    version: int
    order_id: str | None = None


def ticket_out(ticket: Ticket, currency: Currency) -> TicketOut:
    """The ticket as it goes out."""
    return TicketOut(
        id=ticket.id,
        title=ticket.title,
        price=currency.to_major(ticket.price),
        user_id=ticket.user_id,
        version=ticket.version,
        order_id=ticket.order_id,
    )
