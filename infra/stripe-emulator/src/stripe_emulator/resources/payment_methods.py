"""PaymentMethods: a card one may charge; test names such as `pm_card_visa` make one."""

from datetime import UTC, datetime
from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.ids import new_id
from stripe_emulator.resources.card_book import BY_NAME, Card
from stripe_emulator.resources.card_entry import CardEntry, read_entry
from stripe_emulator.storage.objects import PRIVATE, public
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import InvalidRequest, ResourceMissing
from stripe_emulator.wire.metadata import metadata
from stripe_emulator.wire.params import Params

Json = dict[str, Any]

TEST_NAME = "pm_card_"
TEST_TOKEN = "tok_"  # noqa: S105 - the prefix of Stripe's published test tokens
DATA = ("type", "card", "billing_details", "metadata", "allow_redisplay")


def create(call: Call) -> Json:
    method = from_data(call.work, call.params, by_page=call.by_page)
    call.work.objects.add(method)
    return public(method)


def retrieve(call: Call) -> Json:
    call.params.only()
    return public(call.work.objects.get("payment_method", call.id))


def named(work: Work, reference: str, *, param: str = "payment_method") -> Json:
    """The PaymentMethod of this id; a new one, not yet kept, for a test name.

    Raises:
        ResourceMissing: neither.
    """
    if reference.startswith(TEST_NAME):
        card = BY_NAME.get(reference.removeprefix(TEST_NAME))
        if card is None:
            raise ResourceMissing("PaymentMethod", reference, param=param)
        return _method(work, _test_entry(card, work))
    found = work.objects.find(reference)
    if found is None or found["object"] != "payment_method":
        raise ResourceMissing("PaymentMethod", reference, param=param)
    return found


def from_data(work: Work, params: Params, *, by_page: bool) -> Json:
    """A new PaymentMethod, not yet kept, from `type=card` and a token or, from a page, what was typed in."""
    params.only(*DATA)
    if params.required("type") != "card":
        raise InvalidRequest(
            f"The emulator takes cards only: set {params.name_of('type')} to card.", param=params.name_of("type")
        )
    given = params.inner("card")
    if given is None:
        raise params.missing("card")
    method = _method(work, _entry(work, given, by_page=by_page))
    billing = params.inner("billing_details")
    return {**method, "billing_details": _billing(billing), "metadata": metadata(params)}


def _entry(work: Work, params: Params, *, by_page: bool) -> CardEntry:
    if "token" in params:
        params.only("token")
        return _from_token(work, params.required("token"), params.name_of("token"))
    if "number" in params and not by_page:
        raise InvalidRequest(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. Use Stripe.js in the page, "
            "or a test PaymentMethod such as pm_card_visa.",
            param=params.name_of("number"),
        )
    today = datetime.fromtimestamp(work.now, UTC)
    return read_entry(params, year=today.year, month=today.month)


def _from_token(work: Work, token: str, param: str) -> CardEntry:
    card = BY_NAME.get(token.removeprefix(TEST_TOKEN)) if token.startswith(TEST_TOKEN) else None
    if card is None:
        raise ResourceMissing("token", token, param=param)
    return _test_entry(card, work)


def _test_entry(card: Card, work: Work) -> CardEntry:
    """Stripe's test names expire next year."""
    today = datetime.fromtimestamp(work.now, UTC)
    return CardEntry(card, card.numbers[0][-4:], today.month, today.year + 1)


def _billing(given: Params | None) -> Json:
    blank: Json = {"address": None, "email": None, "name": None, "phone": None}
    if given is None:
        return blank
    given.only(*blank)
    return {**blank, **given.fields}


def _method(work: Work, entry: CardEntry) -> Json:
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": _billing(None),
        "card": _shown(entry),
        "created": work.created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        PRIVATE: {"card": entry.card.name, "spent": False},
    }


def _shown(entry: CardEntry) -> Json:
    return {
        "brand": entry.card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "unchecked"},
        "country": entry.card.country,
        "display_brand": entry.card.brand,
        "exp_month": entry.exp_month,
        "exp_year": entry.exp_year,
        "funding": entry.card.funding,
        "last4": entry.last4,
        "three_d_secure_usage": {"supported": entry.card.brand != "amex"},
        "wallet": None,
    }


def card_of(method: Json) -> Card:
    """The test card behind a PaymentMethod."""
    return BY_NAME[method[PRIVATE]["card"]]
