"""ConfirmationTokens: collected payment details that pay once, within twelve hours."""

from stripe_emulator.account import Transaction
from stripe_emulator.http.errors import InvalidRequest, UnexpectedState
from stripe_emulator.http.request import ApiRequest
from stripe_emulator.objects import PRIVATE, Json, new_id
from stripe_emulator.resources import payment_methods

LIFETIME_SECONDS = 12 * 3600
PREVIEWED = ("allow_redisplay", "billing_details", "card", "customer", "type")


def create(request: ApiRequest) -> Json:
    """For `stripe.createConfirmationToken` in a page and for `test_helpers/confirmation_tokens`."""
    request.params.only("payment_method", "payment_method_data", "return_url")
    method = payment_methods.from_params(request)
    if method is None:
        raise InvalidRequest(
            "Give payment_method (such as pm_card_visa) or payment_method_data.",
            code="parameter_missing",
            param="payment_method_data",
        )
    created = request.transaction.created
    token = {
        "id": new_id("ctoken"),
        "object": "confirmation_token",
        "created": created,
        "expires_at": created + LIFETIME_SECONDS,
        "livemode": False,
        "payment_intent": None,
        "payment_method_preview": {name: method[name] for name in PREVIEWED},
        "return_url": request.params.text("return_url"),
        PRIVATE: {"payment_method": method},
    }
    request.objects.add(token)
    return token


def redeem(transaction: Transaction, token_id: str, intent_id: str) -> Json:
    """Use the token for this PaymentIntent; returns its PaymentMethod.

    Raises:
        ResourceMissing: unknown token.
        UnexpectedState: it was used before, or has expired.
    """
    token = transaction.objects.get("confirmation_token", token_id, param="confirmation_token")
    if token["payment_intent"] is not None:
        raise _unusable(token, "has already been used")
    if token["expires_at"] <= transaction.created:
        raise _unusable(token, "has expired")
    transaction.objects.save({**token, "payment_intent": intent_id})
    method: Json = token[PRIVATE]["payment_method"]
    return method


def _unusable(token: Json, reason: str) -> UnexpectedState:
    message = f"The ConfirmationToken {token['id']} {reason}: collect the payment details again and create a new one."
    return UnexpectedState(message, param="confirmation_token")
