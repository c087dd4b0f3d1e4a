"""Stripe's published test cards: https://docs.stripe.com/testing. No other number is a card here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    """Why an issuer refuses, in Stripe's words."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True)
class Card:
    """A test card: its numbers, the names it has after `pm_card_` and `tok_`, and what happens to it."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    authentication: bool = False  # must pass 3D Secure before it is charged
    refund_ends: str = "succeeded"  # or "failed", or "pending" that succeeds later
    dispute: str | None = None  # the reason for which every charge is disputed

    @property
    def name(self) -> str:
        return self.names[0]


def _declining(suffix: str, number: str, decline: Decline) -> Card:
    return Card((f"visa_chargeDeclined{suffix}", f"chargeDeclined{suffix}"), (number,), decline=decline)


def _refused(decline_code: str) -> Decline:
    return Decline("card_declined", decline_code, "Your card was declined.")


_INSUFFICIENT = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
_EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
_VELOCITY = Decline("card_declined", "card_velocity_exceeded", "Your card was declined for making repeated attempts.")
_PROCESSING = Decline(
    "processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit."
)

ACCEPTED = (
    Card(("visa", "us", "bypassPending"), ("4242424242424242", "4000000000000077")),
    Card(("visa_debit",), ("4000056655665556",), funding="debit"),
    Card(("mastercard",), ("5555555555554444", "2223003122003222"), brand="mastercard"),
    Card(("mastercard_debit",), ("5200828282828210",), brand="mastercard", funding="debit"),
    Card(("mastercard_prepaid",), ("5105105105105100",), brand="mastercard", funding="prepaid"),
    Card(("amex", "amex_threeDSecureNotSupported"), ("378282246310005", "371449635398431"), brand="amex"),
    Card(("discover",), ("6011111111111117", "6011000990139424"), brand="discover"),
    Card(("diners",), ("3056930009020004", "36227206271667"), brand="diners"),
    Card(("jcb",), ("3566002020360505",), brand="jcb", country="JP"),
    Card(("unionpay",), ("6200000000000005",), brand="unionpay", country="CN"),
    Card(("gb",), ("4000008260000000",), country="GB"),
    Card(("de",), ("4000002760000016",), country="DE"),
    Card(("fr",), ("4000002500000003",), country="FR"),
    Card(("ca",), ("4000001240000000",), country="CA"),
    Card(("threeDSecureOptional",), ("4000000000003055",)),
)

DECLINED = (
    _declining("", "4000000000000002", _refused("generic_decline")),
    _declining("InsufficientFunds", "4000000000009995", _INSUFFICIENT),
    _declining("LostCard", "4000000000009987", _refused("lost_card")),
    _declining("StolenCard", "4000000000009979", _refused("stolen_card")),
    _declining("ExpiredCard", "4000000000000069", _EXPIRED),
    _declining("IncorrectCvc", "4000000000000127", _CVC),
    _declining("ProcessingError", "4000000000000119", _PROCESSING),
    _declining("VelocityLimitExceeded", "4000000000006975", _VELOCITY),
    _declining("Fraudulent", "4100000000000019", _refused("fraudulent")),
    Card(("chargeCustomerFail",), ("4000000000000341",), decline=_refused("generic_decline")),
)

AUTHENTICATED = (
    Card(("authenticationRequired",), ("4000002760003184",), authentication=True),
    Card(("authenticationRequiredOnSetup",), ("4000002500003155",), authentication=True),
    Card(("authenticationRequiredSetupForOffSession",), ("4000003800000446",), authentication=True),
    Card(
        ("threeDSecure2Required", "threeDSecureRequired"), ("4000000000003220", "4000000000003063"), authentication=True
    ),
    Card(
        ("authenticationRequiredChargeDeclinedInsufficientFunds",),
        ("4000008260003178",),
        authentication=True,
        decline=_INSUFFICIENT,
    ),
    Card(
        ("threeDSecureRequiredChargeDeclined",),
        ("4000008400001629",),
        authentication=True,
        decline=_refused("generic_decline"),
    ),
    Card(("threeDSecureRequiredProcessingError",), ("4000008400001280",), authentication=True, decline=_PROCESSING),
)

AFTERWARDS = (
    Card(("refundFail",), ("4000000000005126",), refund_ends="failed"),
    Card(("pendingRefund",), ("4000000000007726",), refund_ends="pending"),
    Card(("createDispute",), ("4000000000000259",), dispute="fraudulent"),
    Card(("createDisputeProductNotReceived",), ("4000000000002685",), dispute="product_not_received"),
)

CARDS = (*ACCEPTED, *DECLINED, *AUTHENTICATED, *AFTERWARDS)
BY_NAME = {name: card for card in CARDS for name in card.names}
BY_NUMBER = {number: card for card in CARDS for number in card.numbers}
