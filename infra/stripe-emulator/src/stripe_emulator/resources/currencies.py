"""Amounts that Stripe charges: https://docs.stripe.com/currencies."""

from stripe_emulator.http.errors import InvalidRequest

MAX_AMOUNT = 99_999_999  # minor units

ZERO_DECIMAL = frozenset(
    {
        *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"),
        *("pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"),
    }
)
# Their amounts are multiples of ten, and of a hundred.
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
ZERO_AS_TWO_DECIMAL = frozenset({"isk", "ugx"})

# Minor units; Stripe publishes no minimum for the other currencies.
MIN_AMOUNT = {
    **dict.fromkeys(("aud", "brl", "cad", "chf", "eur", "inr", "jpy", "nzd", "sgd", "usd"), 50),
    **dict.fromkeys(("aed", "myr", "pln", "ron"), 200),
    **dict.fromkeys(("nok", "sek"), 300),
    **dict.fromkeys(("mxn", "thb"), 1000),
    **{"gbp": 30, "dkk": 250, "hkd": 400, "czk": 1500, "huf": 17500},
}
SUPPORTED = ZERO_DECIMAL | THREE_DECIMAL | ZERO_AS_TWO_DECIMAL | MIN_AMOUNT.keys() | {"twd"}


def decimals(currency: str) -> int:
    """How many decimals Stripe gives the currency's amounts; not always as ISO 4217 or browsers do."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def check_amount(amount: int, currency: str) -> None:
    """Accept an amount in minor units that Stripe would charge.

    Raises:
        InvalidRequest: unknown currency, or amount too small, too large or not a multiple of its step.
    """
    if currency not in SUPPORTED:
        supported = ", ".join(sorted(SUPPORTED))
        raise InvalidRequest(f"Invalid currency: {currency[:10]}. The emulator supports: {supported}", param="currency")
    minimum = MIN_AMOUNT.get(currency, 1)
    if amount < minimum:
        message = f"Amount must be at least {format_amount(minimum, currency)}"
        raise InvalidRequest(message, code="amount_too_small", param="amount")
    if amount > MAX_AMOUNT:
        message = f"Amount must be no more than {format_amount(MAX_AMOUNT, currency)}"
        raise InvalidRequest(message, code="amount_too_large", param="amount")
    step = 10 if currency in THREE_DECIMAL else 100 if currency in ZERO_AS_TWO_DECIMAL else 1
    if amount % step:
        raise InvalidRequest(f"Invalid amount: in {currency} it must be a multiple of {step}", param="amount")


def format_amount(amount: int, currency: str) -> str:
    """An amount in major units: `0.50 usd`, `50 jpy`."""
    digits = decimals(currency)
    return f"{amount / 10**digits:.{digits}f} {currency}"
