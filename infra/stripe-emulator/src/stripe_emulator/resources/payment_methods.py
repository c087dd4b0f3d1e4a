"""PaymentMethods: cards that can be charged; test names such as `pm_card_visa` create one."""

from datetime import UTC, datetime

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import ResourceMissing
from stripe_emulator.http.request import ApiRequest, Params
from stripe_emulator.objects import PRIVATE, Json, new_id
from stripe_emulator.resources.card_details import CardDetails, read_card_details
from stripe_emulator.resources.cards import BY_NAME, Card

NAME_PREFIX, TOKEN_PREFIX = "pm_card_", "tok_"
NO_BILLING_DETAILS: Json = {"address": None, "email": None, "name": None, "phone": None}


def create(request: ApiRequest) -> Json:
    method = _from_data(request.transaction, request.params, by_page=request.by_page)
    request.objects.add(method)
    return method


def from_params(request: ApiRequest) -> Json | None:
    """The PaymentMethod of `payment_method` or `payment_method_data`, not stored if it is new; None without either."""
    data = request.params.nested("payment_method_data")
    if data is not None:
        return _from_data(request.transaction, data, by_page=request.by_page)
    reference = request.params.text("payment_method")
    return None if reference is None else _from_reference(request.transaction, reference)


def card_of(method: Json) -> Card:
    """The test card behind a PaymentMethod."""
    return BY_NAME[method[PRIVATE]["card"]]


def _from_reference(transaction: Transaction, reference: str) -> Json:
    card = BY_NAME.get(reference.removeprefix(NAME_PREFIX)) if reference.startswith(NAME_PREFIX) else None
    if card is not None:
        return _method(transaction, _default_details(card, transaction))
    found = transaction.objects.find(reference)
    if found is None or found["object"] != "payment_method":
        raise ResourceMissing("PaymentMethod", reference, param="payment_method")
    return found


def _from_data(transaction: Transaction, params: Params, *, by_page: bool) -> Json:
    """A new PaymentMethod from `type=card` and a token or, from a page, card details."""
    params.only("type", "card", "billing_details", "metadata")
    if params.required("type") != "card":
        raise params.invalid("type", "The emulator supports only cards: set {name} to card.")
    card = params.nested("card")
    if card is None:
        raise params.missing("card")
    method = _method(transaction, _card_details(transaction, card, by_page=by_page))
    billing = params.nested("billing_details")
    if billing is not None:
        billing.only(*NO_BILLING_DETAILS)
        method["billing_details"] = {**NO_BILLING_DETAILS, **billing.fields}
    return {**method, "metadata": params.metadata()}


def _card_details(transaction: Transaction, params: Params, *, by_page: bool) -> CardDetails:
    if "token" in params:
        params.only("token")
        token = params.required("token")
        card = BY_NAME.get(token.removeprefix(TOKEN_PREFIX)) if token.startswith(TOKEN_PREFIX) else None
        if card is None:
            raise ResourceMissing("token", token, param=params.name_of("token"))
        return _default_details(card, transaction)
    if "number" in params and not by_page:
        raise params.invalid(
            "number",
            "Sending credit card numbers directly to the Stripe API is generally unsafe. Use Stripe.js in the page, "
            "or a test PaymentMethod such as pm_card_visa.",
        )
    today = datetime.fromtimestamp(transaction.now, UTC)
    return read_card_details(params, year=today.year, month=today.month)


def _default_details(card: Card, transaction: Transaction) -> CardDetails:
    """As for Stripe's test names, the expiry is in a year."""
    today = datetime.fromtimestamp(transaction.now, UTC)
    return CardDetails(card, card.numbers[0][-4:], today.month, today.year + 1)


def _method(transaction: Transaction, details: CardDetails) -> Json:
    card = details.card
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": NO_BILLING_DETAILS,
        "card": {
            "brand": card.brand,
            "country": card.country,
            "exp_month": details.exp_month,
            "exp_year": details.exp_year,
            "funding": "credit",
            "last4": details.last4,
        },
        "created": transaction.created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        PRIVATE: {"card": card.name, "spent": False},
    }
