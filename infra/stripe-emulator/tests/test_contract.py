"""What the project relies on of Stripe, through its SDK: the same assertions hold for the emulator and for Stripe.

`make test` runs them on the emulator; `make test-stripe STRIPE_KEY=sk_test_…` on Stripe in test mode. They create only
test objects, leave no open intent behind, and use nothing that only the emulator has.
"""

import asyncio
import os
import secrets

import pytest
import stripe

AMOUNT = 1250
STRIPE_KEY = os.environ.get("STRIPE_CONTRACT_KEY", "")


@pytest.fixture
def url(request):
    """The emulator's, or None for Stripe's own when STRIPE_CONTRACT_KEY is set."""
    return None if STRIPE_KEY else request.getfixturevalue("emulator").url


@pytest.fixture
def api(connect, url):
    """A server's client, with retries; never with a live key."""
    key = STRIPE_KEY or "sk_test_contract"
    assert "_test_" in key, "STRIPE_KEY must be a test key (sk_test_…): these tests make payments"
    return connect(url, key, retries=2)


def new_key() -> str:
    return secrets.token_hex(16)


async def test_new_intent_waits_for_a_card_and_keeps_its_metadata(api):
    intent = await api.create(AMOUNT, metadata={"order_id": "abc"})
    await api.v1.payment_intents.cancel_async(intent.id)
    assert (intent.status, intent.amount, intent.currency) == ("requires_payment_method", AMOUNT, "usd")
    assert (intent.amount_received, intent.livemode, intent.payment_method_types) == (0, False, ["card"])
    assert intent.to_dict()["metadata"] == {"order_id": "abc"}


async def test_payment_method_types_is_refused_in_this_version(api):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await api.create(AMOUNT, payment_method_types=["card"])
    assert caught.value.http_status == 400


async def test_amount_below_the_minimum_is_refused(api):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await api.create(49)
    assert caught.value.code == "amount_too_small"


@pytest.mark.parametrize("brand", ["visa", "mastercard", "amex"])
async def test_good_card_pays(api, brand):
    intent, token = await api.create(AMOUNT), await api.token(f"pm_card_{brand}")
    paid = await api.confirm(intent, token, use_stripe_sdk=True, expand=["latest_charge"])
    charge = paid.latest_charge
    assert (paid.status, paid.amount_received) == ("succeeded", AMOUNT)
    assert (charge.paid, charge.amount_captured, charge.amount_refunded) == (True, AMOUNT, 0)
    assert charge.payment_method_details.card.brand == brand


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("visa_chargeDeclined", "card_declined", "generic_decline"),
        ("visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
async def test_declined_card_is_402_and_another_pays_the_same_intent(api, card, code, decline_code):
    intent = await api.create(AMOUNT)
    with pytest.raises(stripe.CardError) as caught:
        await api.confirm(intent, await api.token(f"pm_card_{card}"))
    assert (caught.value.http_status, caught.value.code) == (402, code)
    left = await api.retrieve(intent)
    assert (left.status, left.amount_received) == ("requires_payment_method", 0)
    assert left.last_payment_error.code == code
    assert (left.last_payment_error.decline_code or code) == decline_code
    assert (await api.confirm(intent, await api.token())).status == "succeeded"
    assert sorted(charge.status for charge in await api.charges(intent)) == ["failed", "succeeded"]


async def test_3d_secure_is_required_and_the_intent_can_be_canceled(api):
    waiting = await api.pay("pm_card_authenticationRequired")
    canceled = await api.v1.payment_intents.cancel_async(waiting.id)
    assert (waiting.status, waiting.client_secret is not None) == ("requires_action", True)
    assert canceled.status == "canceled"


async def test_one_key_creates_one_intent(api):
    key = new_key()
    results = await asyncio.gather(*(api.create(AMOUNT, key=key) for _ in range(10)), return_exceptions=True)
    ids = {intent.id for intent in results if isinstance(intent, stripe.PaymentIntent)}
    conflicts = [error.http_status for error in results if isinstance(error, stripe.StripeError)]
    assert len(ids) == 1
    assert set(conflicts) <= {409}
    await api.v1.payment_intents.cancel_async(ids.pop())


async def test_key_with_other_parameters_is_refused(api):
    key = new_key()
    intent = await api.create(AMOUNT, key=key)
    with pytest.raises(stripe.IdempotencyError) as caught:
        await api.create(AMOUNT + 1, key=key)
    assert caught.value.http_status == 400
    await api.v1.payment_intents.cancel_async(intent.id)


async def test_decline_is_replayed_under_its_key(api):
    intent, key, token = await api.create(AMOUNT), new_key(), await api.token("pm_card_chargeDeclined")
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            await api.confirm(intent, token, key=key)
    assert (caught.value.headers or {})["Idempotent-Replayed"] == "true"
    await api.v1.payment_intents.cancel_async(intent.id)


async def test_paid_intent_cannot_be_confirmed_or_canceled(api):
    intent, other_token = await api.pay(), await api.token()
    with pytest.raises(stripe.InvalidRequestError) as confirmed:
        await api.confirm(intent, other_token)
    with pytest.raises(stripe.InvalidRequestError) as canceled:
        await api.v1.payment_intents.cancel_async(intent.id)
    assert {confirmed.value.code, canceled.value.code} == {"payment_intent_unexpected_state"}


async def test_canceled_intent_cannot_be_confirmed(api):
    intent = await api.create(AMOUNT)
    await api.v1.payment_intents.cancel_async(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await api.confirm(intent, await api.token())
    assert caught.value.code == "payment_intent_unexpected_state"


async def test_unknown_intent_is_missing(api):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await api.v1.payment_intents.retrieve_async(f"pi_{secrets.token_hex(12)}")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


async def test_refund_returns_everything_once(api):
    intent, options = await api.pay(amount=AMOUNT), {"idempotency_key": new_key()}
    params = {"payment_intent": intent.id, "metadata": {"refund_id": "r1"}}
    first, again = [await api.v1.refunds.create_async(params, options) for _ in range(2)]
    assert (first.id, first.status, first.amount) == (again.id, "succeeded", AMOUNT)
    assert first.metadata["refund_id"] == "r1"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await api.refund(intent)
    assert caught.value.code == "charge_already_refunded"
    left = await api.retrieve(intent, expand=["latest_charge"])
    assert (left.status, left.latest_charge.amount_refunded) == ("succeeded", AMOUNT)


async def test_invalid_key_is_refused(connect, url):
    with pytest.raises(stripe.AuthenticationError):
        await connect(url, "not_a_key").v1.payment_intents.retrieve_async("pi_1")
