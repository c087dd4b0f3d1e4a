"""Amounts: integers in minor units internally, JSON numbers in major units outside, converted exactly."""

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal

CENTS = 2
# Python's default precision of 28 digits would round excess decimals away.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def to_minor(amount: Decimal | float, *, digits: int = CENTS) -> int:
    """Major units to minor units (12.5 dollars to 1250 cents).

    ValueError if it is not finite or has more than `digits` decimals; a float counts as its shortest decimal
    representation, which is what was typed.
    """
    exact = Decimal(str(amount))
    if not exact.is_finite():
        raise ValueError("must be a finite number")
    scaled = exact.scaleb(digits, _EXACT)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"must have at most {digits} decimals")
    return int(scaled)


def to_major(minor: int, *, digits: int = CENTS) -> float:
    """Minor units to a number for JSON (1250 cents to 12.5); exact below 10^13 minor units."""
    return float(minor / 10**digits)
