"""Prices in requests: a JSON number or a decimal string in major units, read into minor units of the currency.

FastAPI validates a body without context, after it has resolved the route's dependencies. `CurrencyDep` therefore
leaves the currency in a context variable, so that a price is checked together with the other fields and one response
names every invalid one.
"""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Request
from pydantic import GetJsonSchemaHandler, PlainValidator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ticketing_common.currency import USD, Currency
from ticketing_common.web.price_schema import price_limit_schema, price_schema

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


class _PriceSchema:
    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return price_schema(_currency.get(USD))


def _price_limit(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(_DECIMAL, value, re.ASCII):
        return _currency.get().to_minor(Decimal(value))
    raise ValueError("must be an amount like 12.50")


class _PriceLimitSchema:
    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return price_limit_schema(_currency.get(USD))


@contextmanager
def documented_in(currency: Currency) -> Iterator[None]:
    """Inside, the JSON schema of `Price` has the bounds of this currency."""
    token = _currency.set(currency)
    yield
    _currency.reset(token)


Price = Annotated[int, PlainValidator(_price), _PriceSchema()]
"""A price in minor units, read from major units; within the currency's bounds."""

PriceLimit = Annotated[int | None, PlainValidator(_price_limit), _PriceLimitSchema()]
"""In a query, an amount in minor units, read from major units, to compare prices with; None by default."""
