"""The documented prices are those that a currency allows."""

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.currency import CURRENCIES, USD, Currency
from ticketing_common.web.price_schema import decimal_pattern, price_schema

currencies = st.sampled_from(list(CURRENCIES.values()))


def is_price(currency: Currency, text: str) -> bool:
    try:
        return bool(currency.price(Decimal(text)))
    except ValueError:
        return False


@given(currencies, st.data())
def test_documented_decimals_are_prices(currency: Currency, data: st.DataObject) -> None:
    assert is_price(currency, data.draw(st.from_regex(decimal_pattern(currency), fullmatch=True)))


@given(currencies, st.data())
def test_prices_are_documented(currency: Currency, data: st.DataObject) -> None:
    edges = st.sampled_from([currency.minimum - currency.step, currency.minimum, currency.maximum + currency.step])
    minor = data.draw(edges | st.integers(0, currency.maximum // currency.step).map(lambda n: n * currency.step))
    text = f"{Decimal(minor).scaleb(-currency.digits):.{currency.decimals}f}"
    assert bool(re.search(decimal_pattern(currency), text)) == is_price(currency, text)


def test_bounds_of_numbers_are_in_major_units() -> None:
    number, _ = price_schema(USD)["anyOf"]
    assert number == {"type": "number", "minimum": 0.5, "maximum": 999999.99, "multipleOf": 0.01}
