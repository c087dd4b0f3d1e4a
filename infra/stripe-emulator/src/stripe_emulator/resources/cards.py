"""Stripe's published test cards: https://docs.stripe.com/testing. Every other number is declined."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    """Why an issuer declines."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True)
class Card:
    """A test card: its names after `pm_card_` and `tok_`, its numbers, and how it behaves."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    brand: str = "visa"
    country: str = "US"
    decline: Decline | None = None
    authentication: bool = False  # requires 3D Secure before it is charged
    refund_ends: str = "succeeded"  # or "failed" after success, or "pending" before success
    dispute: str | None = None  # the reason for which every charge is disputed

    @property
    def name(self) -> str:
        return self.names[0]


def _decline(decline_code: str, message: str = "Your card was declined.", code: str = "card_declined") -> Decline:
    return Decline(code, decline_code, message)


def _declined(suffix: str, number: str, decline: Decline) -> Card:
    return Card((f"visa_chargeDeclined{suffix}", f"chargeDeclined{suffix}"), (number,), decline=decline)


GENERIC = _decline("generic_decline")
INSUFFICIENT_FUNDS = _decline("insufficient_funds", "Your card has insufficient funds.")
PROCESSING_ERROR = _decline(
    "processing_error", "An error occurred while processing your card. Try again in a little bit.", "processing_error"
)
EXPIRED_CARD = _decline("expired_card", "Your card has expired.", "expired_card")
INCORRECT_CVC = _decline("incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc")

CARDS = (
    Card(("visa",), ("4242424242424242",)),
    Card(("mastercard",), ("5555555555554444",), brand="mastercard"),
    Card(("amex",), ("378282246310005",), brand="amex"),
    Card(("discover",), ("6011111111111117",), brand="discover"),
    Card(("diners",), ("3056930009020004",), brand="diners"),
    Card(("jcb",), ("3566002020360505",), brand="jcb", country="JP"),
    Card(("unionpay",), ("6200000000000005",), brand="unionpay", country="CN"),
    _declined("", "4000000000000002", GENERIC),
    _declined("InsufficientFunds", "4000000000009995", INSUFFICIENT_FUNDS),
    _declined("LostCard", "4000000000009987", _decline("lost_card")),
    _declined("StolenCard", "4000000000009979", _decline("stolen_card")),
    _declined("ExpiredCard", "4000000000000069", EXPIRED_CARD),
    _declined("IncorrectCvc", "4000000000000127", INCORRECT_CVC),
    _declined("ProcessingError", "4000000000000119", PROCESSING_ERROR),
    Card(("authenticationRequired",), ("4000002760003184",), authentication=True),
    Card(("authenticationRequiredOnSetup",), ("4000002500003155",), authentication=True),
    Card(("threeDSecure2Required",), ("4000000000003220",), authentication=True),
    Card(("threeDSecureRequiredChargeDeclined",), ("4000008400001629",), authentication=True, decline=GENERIC),
    Card(("refundFail",), ("4000000000005126",), refund_ends="failed"),
    Card(("pendingRefund",), ("4000000000007726",), refund_ends="pending"),
    Card(("createDispute",), ("4000000000000259",), dispute="fraudulent"),
)

BY_NAME = {name: card for card in CARDS for name in card.names}
BY_NUMBER = {number: card for card in CARDS for number in card.numbers}
