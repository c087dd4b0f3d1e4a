"""ConfirmationTokens: what the page collected, to pay with once within twelve hours."""

from typing import Any

from stripe_emulator.account import Work
from stripe_emulator.ids import new_id
from stripe_emulator.resources import payment_methods
from stripe_emulator.storage.objects import PRIVATE, public
from stripe_emulator.wire.call import Call
from stripe_emulator.wire.failures import InvalidRequest, UnexpectedState

Json = dict[str, Any]

LIFETIME_SECONDS = 12 * 3600
FIELDS = ("payment_method", "payment_method_data", "return_url", "setup_future_usage", "shipping", "use_stripe_sdk")


def create(call: Call) -> Json:
    """For a page's `stripe.createConfirmationToken` and for `test_helpers/confirmation_tokens`."""
    call.params.only(*FIELDS)
    token = _token(call.work, _method(call), return_url=call.params.text("return_url"))
    call.work.objects.add(token)
    return public(token)


def retrieve(call: Call) -> Json:
    call.params.only()
    return public(call.work.objects.get("confirmation_token", call.id))


def redeem(work: Work, token_id: str, intent_id: str) -> Json:
    """Use the token up for this PaymentIntent; its PaymentMethod.

    Raises:
        ResourceMissing: there is no such token.
        UnexpectedState: it was used before, or is too old.
    """
    token = work.objects.get("confirmation_token", token_id, param="confirmation_token")
    _refuse_unusable(token, work)
    work.objects.save({**token, "payment_intent": intent_id})
    method: Json = token[PRIVATE]["payment_method"]
    return method


def _refuse_unusable(token: Json, work: Work) -> None:
    reason = None
    if token["payment_intent"] is not None:
        reason = "has already been used"
    elif token["expires_at"] <= work.created:
        reason = "has expired"
    if reason is not None:
        raise UnexpectedState(
            f"The ConfirmationToken {token['id']} {reason}: collect the payment details again and create a new one.",
            param="confirmation_token",
        )


def _method(call: Call) -> Json:
    data = call.params.inner("payment_method_data")
    if data is not None:
        return payment_methods.from_data(call.work, data, by_page=call.by_page)
    if "payment_method" in call.params:
        return payment_methods.named(call.work, call.params.required("payment_method"))
    raise InvalidRequest(
        "Give payment_method (such as pm_card_visa) or payment_method_data.",
        code="parameter_missing",
        param="payment_method_data",
    )


def _token(work: Work, method: Json, *, return_url: str | None) -> Json:
    preview = {name: method[name] for name in ("allow_redisplay", "billing_details", "card", "customer", "type")}
    return {
        "id": new_id("ctoken"),
        "object": "confirmation_token",
        "created": work.created,
        "expires_at": work.created + LIFETIME_SECONDS,
        "livemode": False,
        "mandate_data": None,
        "payment_intent": None,
        "payment_method_options": {"card": {"cvc_token": None}},
        "payment_method_preview": preview,
        "return_url": return_url,
        "setup_future_usage": None,
        "setup_intent": None,
        "shipping": None,
        "use_stripe_sdk": True,
        PRIVATE: {"payment_method": method},
    }
