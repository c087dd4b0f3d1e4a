"""Prices obey Stripe's rules for their currency, and amounts are converted exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.currency import CURRENCIES, USD, Currency


@pytest.mark.parametrize(
    ("major", "minor"),
    [(12.5, 1250), (0.1, 10), (19.99, 1999), (999_999.99, 99_999_999), (Decimal("0.50"), 50), (7, 700), (-1.25, -125)],
)
def test_dollars_become_cents(major: Decimal | float, minor: int) -> None:
    assert USD.to_minor(major) == minor


@given(st.sampled_from([*CURRENCIES.values()]), st.integers(min_value=-(10**13), max_value=10**13))
def test_minor_units_survive_json(currency: Currency, minor: int) -> None:
    assert currency.to_minor(currency.to_major(minor)) == minor


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e400, Decimal("NaN"), Decimal("-Infinity")])
def test_non_finite_amount_is_invalid(amount: Decimal | float) -> None:
    with pytest.raises(ValueError, match="finite"):
        USD.to_minor(amount)


@pytest.mark.parametrize("amount", [0.125, 12.345, 1e-9, Decimal("1." + "0" * 40 + "1")])
def test_fraction_of_a_cent_is_invalid(amount: Decimal | float) -> None:
    with pytest.raises(ValueError, match="at most 2 decimals"):
        USD.to_minor(amount)


@pytest.mark.parametrize(
    ("code", "amount", "minor"),
    [
        ("usd", 0.5, 50),
        ("usd", 12.5, 1_250),
        ("usd", 999_999.99, 99_999_999),
        ("jpy", 500, 500),
        ("huf", 2000.49, 200_049),
        ("twd", 100.5, 10_050),
        ("kwd", Decimal("5.12"), 5_120),
        ("isk", 500, 50_000),
        ("ugx", 5_000, 500_000),
    ],
)
def test_price_is_in_stripes_minor_units(code: str, amount: Decimal | float, minor: int) -> None:
    currency = Currency.of(code)
    assert currency.price(amount) == minor
    assert currency.to_major(minor) == float(amount)


@pytest.mark.parametrize(
    ("code", "amount", "message"),
    [
        ("usd", 0, "must be from 0.50 to 999,999.99"),
        ("usd", 0.49, "must be from 0.50 to 999,999.99"),
        ("usd", 1e15, "must be from 0.50 to 999,999.99"),
        ("usd", 12.345, "must have at most 2 decimals"),
        ("hkd", 3.99, "must be from 4.00 to 999,999.99"),
        ("jpy", 49, "must be from 50 to 99,999,999"),
        ("jpy", 500.5, "must have at most 0 decimals"),
        ("kwd", Decimal("5.123"), "must be a multiple of 0.010"),
        ("kwd", 100_000, "must be from 0.350 to 99,999.990"),
        ("isk", 500.5, "must be a multiple of 1"),
        ("isk", 1_000_000, "must be from 150 to 999,999"),
    ],
)
def test_price_that_stripe_would_refuse_is_invalid(code: str, amount: Decimal | float, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        Currency.of(code).price(amount)


@pytest.mark.parametrize(
    ("code", "minor", "text"),
    [
        ("usd", 1_250, "$12.50"),
        ("chf", 123_456, "1,234.56 CHF"),
        ("jpy", 1_500, "¥1,500"),
        ("huf", 200_049, "2,000.49 HUF"),
        ("kwd", 5_120, "5.120 KWD"),
        ("isk", 50_000, "500 ISK"),
    ],
)
def test_price_is_written_with_the_currencys_decimals(code: str, minor: int, text: str) -> None:
    assert Currency.of(code).format_price(minor) == text


@pytest.mark.parametrize("currency", CURRENCIES.values(), ids=CURRENCIES)
def test_bounds_are_valid_prices(currency: Currency) -> None:
    for minor in (currency.minimum, currency.maximum):
        assert currency.price(currency.to_major(minor)) == minor


def test_unknown_currency_is_rejected_with_the_known_ones() -> None:
    assert Currency.of("USD") is USD
    with pytest.raises(ValueError, match="such as usd; supported are aed, aud"):
        Currency.of("zzz")
