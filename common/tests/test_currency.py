"""Decimals, bounds and spelling of a currency."""

import pytest

from ticketing_common.currency import USD, Currency

YEN = Currency.of("JPY")


@pytest.mark.parametrize(("amount", "minor"), [(0.5, 50), (12.5, 1250), (999_999.99, 99_999_999)])
def test_a_price_in_dollars_is_kept_in_cents(amount: float, minor: int) -> None:
    assert USD.price(amount) == minor
    assert USD.to_major(minor) == amount


@pytest.mark.parametrize("amount", [0, 0.49, -1, 1_000_000, 1e15])
def test_a_price_that_stripe_would_not_charge_is_refused_with_the_bounds(amount: float) -> None:
    with pytest.raises(ValueError, match=r"from 0\.50 to 999,999\.99"):
        USD.price(amount)


def test_a_currency_without_decimals_has_no_smaller_unit() -> None:
    assert (YEN.price(500), YEN.to_major(500), YEN.format_price(1500)) == (500, 500, "¥1,500")
    with pytest.raises(ValueError, match="at most 0 decimals"):
        YEN.price(500.5)
    with pytest.raises(ValueError, match="from 50 to 99,999,999"):
        YEN.price(49)


def test_the_smallest_amount_is_the_currencys_own() -> None:
    with pytest.raises(ValueError, match=r"from 4\.00"):
        Currency.of("hkd").price(3.99)


def test_amounts_are_written_as_people_do() -> None:
    assert (USD.format_price(1250), Currency.of("chf").format_price(123_456)) == ("$12.50", "1,234.56 CHF")


def test_an_unknown_currency_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="known are aed, aud"):
        Currency.of("zzz")
