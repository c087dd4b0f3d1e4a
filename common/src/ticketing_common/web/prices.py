"""Prices in requests: a JSON number or a decimal string in major units, read into minor units of the currency.

FastAPI validates a body without context, after it has resolved the route's dependencies. `CurrencyDep` therefore
leaves the currency in a context variable, so that a price is checked together with the other fields and one response
names every invalid one.
"""

import math
import re
from contextvars import ContextVar
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Request
from pydantic import PlainValidator, WithJsonSchema

from ticketing_common.currency import Currency

_DECIMAL = "[0-9]{1,12}(\\.[0-9]{1,12})?"

_currency: ContextVar[Currency] = ContextVar("currency")


async def _request_currency(request: Request) -> Currency:
    currency: Currency = request.app.state.currency
    _currency.set(currency)
    return currency


CurrencyDep = Annotated[Currency, Depends(_request_currency)]
"""The currency of all prices (`app.state.currency`); a route whose body has a `Price` must depend on it."""


def _price(value: object) -> int:
    match value:
        case str() if re.fullmatch(_DECIMAL, value, re.ASCII):
            return _currency.get().price(Decimal(value))
        # Python's JSON parser also accepts NaN and Infinity, and `true` is an int.
        case int() if not isinstance(value, bool):
            return _currency.get().price(value)
        case float() if math.isfinite(value):
            return _currency.get().price(value)
    raise ValueError("must be a number like 12.5 or a decimal string like 12.50")


Price = Annotated[
    int,
    PlainValidator(_price),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": f"^{_DECIMAL}$"}],
            "description": "In major units (dollars), with at most the currency's decimals",
        }
    ),
]
"""A price in minor units, read from major units; within the currency's bounds."""
