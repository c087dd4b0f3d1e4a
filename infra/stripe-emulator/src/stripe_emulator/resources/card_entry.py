"""A card typed into the page: the checks Stripe makes before it gives a token for it."""

from dataclasses import dataclass

from stripe_emulator.resources.card_book import BY_NUMBER, Card
from stripe_emulator.wire.failures import CardDeclined
from stripe_emulator.wire.params import Params

DIGITS = range(12, 20)  # how many a card's number may have
MONTHS = range(1, 13)
CENTURY = 100
LAST_YEARS = 50  # how far ahead a card may expire


@dataclass(frozen=True)
class CardEntry:
    """A card and what is shown of it."""

    card: Card
    last4: str
    exp_month: int
    exp_year: int


def read_entry(params: Params, *, year: int, month: int) -> CardEntry:
    """Read number, exp_month, exp_year and cvc; `year` and `month` are today's.

    Raises:
        CardDeclined: as Stripe words it, with the code and the param.
    """
    params.only("number", "exp_month", "exp_year", "cvc")
    number = params.required("number").replace(" ", "").replace("-", "")
    card = _card(number, params.name_of("number"))
    exp_month, exp_year = _expiry(params, year=year, month=month)
    _check_cvc(params, card)
    return CardEntry(card, number[-4:], exp_month, exp_year)


def _card(number: str, param: str) -> Card:
    if not passes_luhn(number):
        raise CardDeclined("Your card number is incorrect.", code="incorrect_number", param=param)
    card = BY_NUMBER.get(number)
    if card is None:
        raise CardDeclined(
            "Your card was declined. Your request was in test mode, but used a non test card. "
            "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
            code="card_declined",
            decline_code="test_mode_live_card",
            param=param,
        )
    return card


def passes_luhn(number: str) -> bool:
    """True for 12 to 19 digits whose check digit is right."""
    if not (number.isascii() and number.isdigit() and len(number) in DIGITS):
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def _expiry(params: Params, *, year: int, month: int) -> tuple[int, int]:
    exp_month = params.required_integer("exp_month")
    if exp_month not in MONTHS:
        param = params.name_of("exp_month")
        raise CardDeclined("Your card's expiration month is invalid.", code="invalid_expiry_month", param=param)
    exp_year = params.required_integer("exp_year")
    exp_year += 2000 if exp_year < CENTURY else 0
    if not (year, month) <= (exp_year, exp_month) or exp_year > year + LAST_YEARS:
        param = params.name_of("exp_year")
        raise CardDeclined("Your card's expiration year is invalid.", code="invalid_expiry_year", param=param)
    return exp_month, exp_year


def _check_cvc(params: Params, card: Card) -> None:
    cvc = params.text("cvc")
    digits = 4 if card.brand == "amex" else 3
    if cvc is not None and not (cvc.isascii() and cvc.isdigit() and len(cvc) in {3, digits}):
        raise CardDeclined("Your card's security code is invalid.", code="invalid_cvc", param=params.name_of("cvc"))
