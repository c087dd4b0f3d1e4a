"""Stripe's rules for the currency of all prices: https://docs.stripe.com/currencies.

Amounts are integers in Stripe's minor units, as in Stripe's API. Their number of digits is Stripe's, which is neither
ISO 4217's nor a browser's for every currency (HUF, TWD, ISK, UGX).
"""

from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal

# Stripe's limit of eight digits.
MAXIMUM = 99_999_999
# Python's default precision of 28 digits would round excess decimals away.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


@dataclass(frozen=True, slots=True)
class Currency:
    """`code` is ISO 4217 in lower case, as in Stripe's API. `minimum` and `step` are in minor units.

    Prices are multiples of `step`, so people see `decimals` of the `digits` after the point.
    """

    code: str
    digits: int
    minimum: int
    step: int = 1

    @classmethod
    def of(cls, code: str) -> "Currency":
        """The currency with this code; ValueError naming the supported ones for any other."""
        try:
            return CURRENCIES[code.lower()]
        except KeyError:
            known = ", ".join(sorted(CURRENCIES))
            raise ValueError(f"must be a currency code such as usd; supported are {known}") from None

    @property
    def decimals(self) -> int:
        """The decimals that people see and type: none for ISK, whose minor units are always 00."""
        return 0 if self.step == 10**self.digits else self.digits

    @property
    def maximum(self) -> int:
        """The highest price, in minor units."""
        return MAXIMUM - MAXIMUM % self.step

    def to_minor(self, amount: Decimal | float) -> int:
        """Major units to minor units (12.5 dollars to 1250 cents).

        ValueError if it is not finite or has too many decimals; a float counts as its shortest decimal representation,
        which is what was typed.
        """
        exact = Decimal(str(amount))
        if not exact.is_finite():
            raise ValueError("must be a finite number")
        scaled = exact.scaleb(self.digits, _EXACT)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"must have at most {self.digits} decimals")
        return int(scaled)

    def to_major(self, minor: int) -> float:
        """Minor units to a number for JSON (1250 cents to 12.5); exact below 10^13 minor units."""
        return float(minor / 10**self.digits)

    def price(self, amount: Decimal | float) -> int:
        """A price in minor units; ValueError, with the rule that it breaks, if Stripe would not charge it."""
        minor = self.to_minor(amount)
        if not self.minimum <= minor <= self.maximum:
            raise ValueError(f"must be from {self.format_amount(self.minimum)} to {self.format_amount(self.maximum)}")
        if minor % self.step:
            raise ValueError(f"must be a multiple of {self.format_amount(self.step)}")
        return minor

    def format_amount(self, minor: int) -> str:
        """The amount without its currency: `999,999.99`."""
        return f"{Decimal(minor).scaleb(-self.digits):,.{self.decimals}f}"

    def format_price(self, minor: int) -> str:
        """The amount with its currency: `$12.50`, `12.50 CHF`."""
        symbol = _SYMBOLS.get(self.code)
        return f"{symbol}{self.format_amount(minor)}" if symbol else f"{self.format_amount(minor)} {self.code.upper()}"


# Minimum charges in minor units. Stripe publishes those of the two-decimal currencies and of JPY; the others are about
# one US dollar, above Stripe's minimum of half a dollar after conversion.
_TWO_DECIMAL = {
    **dict.fromkeys(("aud", "brl", "cad", "chf", "eur", "inr", "nzd", "sgd", "usd"), 50),
    **dict.fromkeys(("aed", "myr", "pln", "ron"), 200),
    **dict.fromkeys(("nok", "sek"), 300),
    **dict.fromkeys(("mxn", "thb"), 1_000),
    **{"gbp": 30, "dkk": 250, "hkd": 400, "czk": 1_500, "huf": 17_500, "twd": 3_500},
}
_ZERO_DECIMAL = {
    **{"bif": 3_000, "clp": 1_000, "djf": 200, "gnf": 9_000, "jpy": 50, "kmf": 500, "krw": 1_500, "mga": 5_000},
    **{"pyg": 8_000, "rwf": 1_500, "vnd": 26_000, "vuv": 125, "xaf": 600, "xof": 600, "xpf": 110},
}
# The last digit is always 0.
_THREE_DECIMAL = {"bhd": 400, "jod": 750, "kwd": 350, "omr": 400, "tnd": 3_500}
# Zero-decimal currencies that Stripe represents with two decimals, always 00.
_ZERO_AS_TWO_DECIMAL = {"isk": 15_000, "ugx": 400_000}

CURRENCIES: dict[str, Currency] = {
    code: Currency(code, digits, minimum, step)
    for minima, digits, step in (
        (_TWO_DECIMAL, 2, 1),
        (_ZERO_DECIMAL, 0, 1),
        (_THREE_DECIMAL, 3, 10),
        (_ZERO_AS_TWO_DECIMAL, 2, 100),
    )
    for code, minimum in minima.items()
}
USD = CURRENCIES["usd"]
