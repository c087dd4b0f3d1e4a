"""The currency that a marketplace charges in: its decimals, what Stripe takes at least, and how people write it."""

from dataclasses import dataclass
from decimal import Decimal

from ticketing_common.money import to_major, to_minor

# Stripe's limit of eight digits, whatever the currency (docs.stripe.com/currencies).
MAXIMUM = 99_999_999
_DEFAULT_DIGITS = 2
_DIGITS = {"jpy": 0}
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
# What Stripe charges at least, in minor units (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
_MINIMUM = {
    "aed": 200,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1_500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17_500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1_000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1_000,
    "usd": 50,
}


@dataclass(frozen=True, slots=True)
class Currency:
    """`code` is ISO 4217 in lower case, as Stripe writes it; `minimum` is in minor units."""

    code: str
    digits: int
    minimum: int

    @classmethod
    def of(cls, code: str) -> "Currency":
        """The currency with this code; ValueError, naming those there are, for any other."""
        known = code.lower()
        if known not in _MINIMUM:
            raise ValueError(f"must be a currency code such as usd; known are {', '.join(sorted(_MINIMUM))}")
        return cls(known, _DIGITS.get(known, _DEFAULT_DIGITS), _MINIMUM[known])

    def to_minor(self, amount: Decimal | float) -> int:
        """Major units to minor units; ValueError when it is not finite or has too many decimals."""
        return to_minor(amount, digits=self.digits)

    def to_major(self, minor: int) -> float:
        """Minor units to a number for JSON."""
        return to_major(minor, digits=self.digits)

    def price(self, amount: Decimal | float) -> int:
        """A price in minor units; ValueError, in words for the sender, when Stripe would not charge it."""
        minor = self.to_minor(amount)
        if not self.minimum <= minor <= MAXIMUM:
            raise ValueError(f"must be from {self.format_amount(self.minimum)} to {self.format_amount(MAXIMUM)}")
        return minor

    def format_amount(self, minor: int) -> str:
        """The amount alone, for people: `999,999.99`."""
        return f"{Decimal(minor).scaleb(-self.digits):,.{self.digits}f}"

    def format_price(self, minor: int) -> str:
        """The amount with its currency, for people: `$12.50`, `12.50 CHF`."""
        sign = _SIGNS.get(self.code)
        return f"{sign}{self.format_amount(minor)}" if sign else f"{self.format_amount(minor)} {self.code.upper()}"


USD = Currency.of("usd")
