"""Conversion of money is exact in both directions."""

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


@given(st.integers(min_value=-(10**13), max_value=10**13), st.integers(min_value=0, max_value=3))
def test_minor_units_survive_json(minor: int, digits: int) -> None:
    assert to_minor(to_major(minor, digits=digits), digits=digits) == minor


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e400, Decimal("NaN"), Decimal("-Infinity")])
def test_non_finite_amount_is_invalid(amount: Decimal | float) -> None:
    with pytest.raises(ValueError, match="finite"):
        to_minor(amount)


@pytest.mark.parametrize("amount", [0.125, 12.345, 1e-9, Decimal("1." + "0" * 40 + "1")])
def test_fraction_of_a_cent_is_invalid(amount: Decimal | float) -> None:
    with pytest.raises(ValueError, match="at most 2 decimals"):
        to_minor(amount)
