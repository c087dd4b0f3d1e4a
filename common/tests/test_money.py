"""Money is exact to the cent in both directions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.money import to_major, to_minor


@pytest.mark.parametrize(
    ("major", "minor"),
    [(12.5, 1250), (0.1, 10), (19.99, 1999), (999_999.99, 99_999_999), (Decimal("0.50"), 50), (7, 700), (-1.25, -125)],
)
def test_dollars_become_cents(major: Decimal | float, minor: int) -> None:
    assert to_minor(major) == minor


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_cents_survive_the_way_to_json_and_back(minor: int) -> None:
    assert to_minor(to_major(minor)) == minor


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e400, Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_not_finite_is_refused(amount: Decimal | float) -> None:
    with pytest.raises(ValueError, match="finite"):
        to_minor(amount)


@pytest.mark.parametrize("amount", [0.125, 12.345, 1e-9, Decimal("1." + "0" * 40 + "1")])
def test_a_fraction_of_a_cent_is_refused(amount: Decimal | float) -> None:
    with pytest.raises(ValueError, match="at most 2 decimals"):
        to_minor(amount)


def test_a_currency_may_have_other_decimals() -> None:
    assert (to_minor(500, digits=0), to_major(500, digits=0)) == (500, 500.0)
    with pytest.raises(ValueError, match="at most 0 decimals"):
        to_minor(0.5, digits=0)
