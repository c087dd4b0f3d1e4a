"""What we rely on of Stripe, through its SDK. The same assertions hold for the emulator and for Stripe in test mode.

`make test` runs it on the emulator; `make test-stripe STRIPE_KEY=sk_test_…` on Stripe itself. It makes only test
objects, leaves no open intent behind, and uses nothing that the emulator alone has.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import stripe

AMOUNT = 1250
API_VERSION = "2026-10-28.endive"
REAL_KEY = os.environ.get("STRIPE_CONTRACT_KEY", "")


@pytest.fixture
async def api_with(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[str], stripe.StripeClient]]:
    """Makes clients by key: of Stripe in test mode when STRIPE_CONTRACT_KEY is set, else of the emulator."""
    base: Any = {} if REAL_KEY else {"api": request.getfixturevalue("emulator").url}
    async with AsyncExitStack() as stack:

        def make(key: str) -> stripe.StripeClient:
            http = stripe.HTTPXClient(timeout=30)
            stack.push_async_callback(http.close_async)
            return stripe.StripeClient(
                key, http_client=http, stripe_version=API_VERSION, base_addresses=base, max_network_retries=2
            )

        yield make


@pytest.fixture
def api(api_with: Callable[[str], stripe.StripeClient]) -> stripe.StripeClient:
    """A shop's client. Never with a live key."""
    key = REAL_KEY or "sk_test_contract"
    assert "_test_" in key, "STRIPE_KEY must be a test key (sk_test_…): this makes payments"
    return api_with(key)


async def create(api: stripe.StripeClient, *, key: str | None = None, **extra: Any) -> stripe.PaymentIntent:
    params: Any = {
        "amount": AMOUNT,
        "currency": "usd",
        "allowed_payment_method_types": ["card"],
        "metadata": {"order_id": secrets.token_hex(12)},
        **extra,
    }
    return await api.v1.payment_intents.create_async(params, {"idempotency_key": key or secrets.token_hex(16)})


async def token(api: stripe.StripeClient, card: str = "pm_card_visa") -> str:
    made = await api.v1.test_helpers.confirmation_tokens.create_async({"payment_method": card})
    return made.id


async def confirm(
    api: stripe.StripeClient, intent: stripe.PaymentIntent, confirmation_token: str, *, key: str | None = None
) -> stripe.PaymentIntent:
    params: Any = {"confirmation_token": confirmation_token, "use_stripe_sdk": True, "expand": ["latest_charge"]}
    options: Any = {"idempotency_key": key or secrets.token_hex(16)}
    return await api.v1.payment_intents.confirm_async(intent.id, params, options)


async def test_a_new_intent_waits_for_a_card_and_keeps_what_it_was_told(api) -> None:
    intent = await create(api, metadata={"order_id": "abc"})
    assert (intent.status, intent.amount, intent.currency) == ("requires_payment_method", AMOUNT, "usd")
    assert (intent.amount_received, intent.livemode) == (0, False)
    assert intent.to_dict()["metadata"] == {"order_id": "abc"}
    assert intent.payment_method_types == ["card"]
    await api.v1.payment_intents.cancel_async(intent.id)


async def test_payment_method_types_is_refused_in_this_version(api) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await create(api, payment_method_types=["card"])
    assert refused.value.http_status == 400


async def test_less_than_the_minimum_is_refused(api) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await create(api, amount=49)
    assert refused.value.code == "amount_too_small"


async def test_a_good_card_takes_the_money(api) -> None:
    paid = await confirm(api, await create(api), await token(api))
    assert (paid.status, paid.amount_received) == ("succeeded", AMOUNT)
    assert paid.to_dict()["latest_charge"]["amount_refunded"] == 0


@pytest.mark.parametrize(
    ("card", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "lost_card"),
    ],
)
async def test_a_declined_card_is_402_and_another_one_pays_the_same_intent(api, card: str, decline_code: str) -> None:
    intent = await create(api)
    with pytest.raises(stripe.CardError) as declined:
        await confirm(api, intent, await token(api, card))
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")
    left = (await api.v1.payment_intents.retrieve_async(intent.id)).to_dict()
    assert (left["status"], left["amount_received"]) == ("requires_payment_method", 0)
    assert left["last_payment_error"]["decline_code"] == decline_code
    assert left["last_payment_error"]["charge"]
    assert (await confirm(api, intent, await token(api))).status == "succeeded"


async def test_the_bank_may_want_the_buyer(api) -> None:
    intent = await create(api)
    waiting = await confirm(api, intent, await token(api, "pm_card_authenticationRequired"))
    assert waiting.status == "requires_action"
    assert waiting.client_secret is not None
    assert (await api.v1.payment_intents.cancel_async(intent.id)).status == "canceled"


async def test_a_key_makes_ten_creates_one_intent(api) -> None:
    key, order_id = secrets.token_hex(16), secrets.token_hex(12)
    tries = (create(api, key=key, metadata={"order_id": order_id}) for _ in range(10))
    made = await asyncio.gather(*tries, return_exceptions=True)
    ids = {intent.id for intent in made if isinstance(intent, stripe.PaymentIntent)}
    refused = [error for error in made if isinstance(error, stripe.StripeError)]
    assert len(ids) == 1
    assert all(error.http_status == 409 for error in refused)
    await api.v1.payment_intents.cancel_async(ids.pop())


async def test_a_key_with_other_parameters_is_refused(api) -> None:
    key = secrets.token_hex(16)
    intent = await create(api, key=key)
    with pytest.raises(stripe.IdempotencyError):
        await create(api, key=key, amount=AMOUNT + 1)
    await api.v1.payment_intents.cancel_async(intent.id)


async def test_a_key_repeats_a_decline(api) -> None:
    intent, key, declined_token = await create(api), secrets.token_hex(16), await token(api, "pm_card_chargeDeclined")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await confirm(api, intent, declined_token, key=key)
    await api.v1.payment_intents.cancel_async(intent.id)


async def test_a_paid_intent_takes_no_more_and_cannot_be_called_off(api) -> None:
    intent, other_token = await create(api), await token(api)
    await confirm(api, intent, await token(api))
    with pytest.raises(stripe.InvalidRequestError) as not_again:
        await confirm(api, intent, other_token)
    with pytest.raises(stripe.InvalidRequestError) as too_late:
        await api.v1.payment_intents.cancel_async(intent.id)
    assert {not_again.value.code, too_late.value.code} == {"payment_intent_unexpected_state"}


async def test_a_called_off_intent_takes_no_money(api) -> None:
    intent = await create(api)
    await api.v1.payment_intents.cancel_async(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await confirm(api, intent, await token(api))
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_an_unknown_intent_is_missing(api) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await api.v1.payment_intents.retrieve_async(f"pi_{secrets.token_hex(12)}")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


async def test_a_refund_gives_everything_back_once(api) -> None:
    intent = await create(api)
    await confirm(api, intent, await token(api))
    params: Any = {"payment_intent": intent.id}
    options: Any = {"idempotency_key": secrets.token_hex(16)}
    first = await api.v1.refunds.create_async(params, options)
    again = await api.v1.refunds.create_async(params, options)
    assert (first.id, first.amount) == (again.id, AMOUNT)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.refunds.create_async(params)
    assert refused.value.code == "charge_already_refunded"
    expand: Any = {"expand": ["latest_charge"]}
    left = (await api.v1.payment_intents.retrieve_async(intent.id, expand)).to_dict()
    assert (left["status"], left["latest_charge"]["amount_refunded"]) == ("succeeded", AMOUNT)


async def test_a_key_that_is_no_key_is_refused(api_with) -> None:
    with pytest.raises(stripe.AuthenticationError):
        await api_with("not_a_key").v1.payment_intents.retrieve_async("pi_1")
