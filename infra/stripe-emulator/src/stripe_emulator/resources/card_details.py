"""Card details from a page, with the checks that Stripe makes before it accepts them."""

from dataclasses import dataclass

from stripe_emulator.http.errors import CardDeclined
from stripe_emulator.http.request import Params
from stripe_emulator.resources.cards import BY_NUMBER, Card

NUMBER_LENGTHS = range(12, 20)
MONTHS = range(1, 13)
CENTURY = 100
MAX_YEARS = 50  # from now to the expiry


@dataclass(frozen=True)
class CardDetails:
    """A test card and its visible details."""

    card: Card
    last4: str
    exp_month: int
    exp_year: int


def read_card_details(params: Params, *, year: int, month: int) -> CardDetails:
    """Read number, exp_month, exp_year and cvc; `year` and `month` are the current ones.

    Raises:
        CardDeclined: with Stripe's message, code and param.
    """
    params.only("number", "exp_month", "exp_year", "cvc")
    number = params.required("number").replace(" ", "").replace("-", "")
    card = _card(number, params.name_of("number"))
    exp_month, exp_year = _expiry(params, year=year, month=month)
    _check_cvc(params, card)
    return CardDetails(card, number[-4:], exp_month, exp_year)


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
    """Whether it is 12 to 19 digits with a correct check digit."""
    if not (number.isascii() and number.isdigit() and len(number) in NUMBER_LENGTHS):
        return False
    doubled = (int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(number)))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def _expiry(params: Params, *, year: int, month: int) -> tuple[int, int]:
    exp_month, exp_year = params.required_integer("exp_month"), params.required_integer("exp_year")
    if exp_month not in MONTHS:
        param = params.name_of("exp_month")
        raise CardDeclined("Your card's expiration month is invalid.", code="invalid_expiry_month", param=param)
    exp_year += 2000 if exp_year < CENTURY else 0
    if not (year, month) <= (exp_year, exp_month) or exp_year > year + MAX_YEARS:
        param = params.name_of("exp_year")
        raise CardDeclined("Your card's expiration year is invalid.", code="invalid_expiry_year", param=param)
    return exp_month, exp_year


def _check_cvc(params: Params, card: Card) -> None:
    cvc = params.text("cvc")
    lengths = {3, 4} if card.brand == "amex" else {3}
    if cvc is not None and not (cvc.isascii() and cvc.isdigit() and len(cvc) in lengths):
        raise CardDeclined("Your card's security code is invalid.", code="invalid_cvc", param=params.name_of("cvc"))
