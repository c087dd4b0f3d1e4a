"""What may be charged: Stripe's smallest amounts, https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts."""

from stripe_emulator.wire.failures import InvalidRequest

LARGEST = 99_999_999  # minor units

# Minor units; a currency that is not here is refused.
SMALLEST = {
    "aed": 200,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
ZERO_DECIMAL = frozenset({"jpy"})


def check_amount(amount: int, currency: str) -> None:
    """Let an amount in minor units pass if Stripe would charge it.

    Raises:
        InvalidRequest: unknown currency, or amount too small or too large.
    """
    smallest = SMALLEST.get(currency)
    if smallest is None:
        known = ", ".join(sorted(SMALLEST))
        raise InvalidRequest(f"Invalid currency: {currency[:10]}. The emulator supports: {known}", param="currency")
    if amount < smallest:
        raise InvalidRequest(
            f"Amount must be at least {written(smallest, currency)}", code="amount_too_small", param="amount"
        )
    if amount > LARGEST:
        raise InvalidRequest(
            f"Amount must be no more than {written(LARGEST, currency)}", code="amount_too_large", param="amount"
        )


def written(amount: int, currency: str) -> str:
    """An amount for people: `0.50 usd`, `50 jpy`."""
    return f"{amount} {currency}" if currency in ZERO_DECIMAL else f"{amount / 100:.2f} {currency}"
