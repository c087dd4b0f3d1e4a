"""The life of a PaymentIntent, as the marketplace lives it."""

import pytest
import stripe


def answer_of(caught):
    """The failure as the SDK shows it (typed loosely there)."""
    return caught.value.error


DECLINES = [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
]


async def test_a_new_intent_waits_for_a_card(shop):
    intent = await shop.intent(1234, metadata={"order_id": "o1"})

    assert (intent.status, intent.amount, intent.amount_received) == ("requires_payment_method", 1234, 0)
    assert intent.metadata["order_id"] == "o1"
    assert intent.livemode is False


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"])
async def test_a_good_card_pays_the_intent(shop, card):
    intent = await shop.confirm(await shop.intent(), await shop.token(card))

    charge = await shop.sdk.v1.charges.retrieve_async(intent.latest_charge)
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    assert (charge.paid, charge.amount_captured, charge.payment_intent) == (True, 2000, intent.id)


@pytest.mark.parametrize(("card", "code", "decline_code"), DECLINES)
async def test_each_declining_card_is_declined_for_its_reason(shop, card, code, decline_code):
    with pytest.raises(stripe.CardError) as caught:
        await shop.paid(card)

    error = answer_of(caught)
    assert (error.code, error.decline_code, caught.value.http_status) == (code, decline_code, 402)
    assert error.payment_intent.last_payment_error.decline_code == decline_code
    assert error.payment_intent.status == "requires_payment_method"


async def test_after_a_decline_another_card_pays_the_same_intent(shop):
    intent = await shop.intent()
    with pytest.raises(stripe.CardError):
        await shop.confirm(intent, await shop.token("pm_card_visa_chargeDeclined"))

    paid = await shop.confirm(intent, await shop.token())

    charges = await shop.sdk.v1.charges.list_async({"payment_intent": intent.id})
    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_a_confirmation_token_pays_once(shop):
    token = await shop.token()
    await shop.confirm(await shop.intent(), token)

    second = await shop.intent()
    with pytest.raises(stripe.InvalidRequestError, match="already been used"):
        await shop.confirm(second, token)
    assert (await shop.now(second)).status == "requires_payment_method"


async def test_a_confirmation_token_shows_its_card_and_its_intent(shop):
    token = await shop.token("pm_card_mastercard")
    intent = await shop.confirm(await shop.intent(), token)

    shown = await shop.sdk.v1.confirmation_tokens.retrieve_async(token)
    assert shown.payment_intent == intent.id
    assert (shown.payment_method_preview.card.brand, shown.payment_method_preview.card.last4) == ("mastercard", "4444")


async def test_a_payment_method_pays_directly(shop):
    intent = await shop.intent()
    paid = await shop.sdk.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.status == "succeeded"


async def test_a_payment_method_that_paid_does_not_pay_again(shop):
    card = {"type": "card", "card": {"token": "tok_visa"}}
    method = await shop.sdk.v1.payment_methods.create_async(card)
    await shop.intent(confirm=True, payment_method=method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        await shop.intent(confirm=True, payment_method=method.id)


@pytest.mark.parametrize("token", ["tok_visa", "tok_mastercard"])
async def test_a_legacy_token_pays(shop, token):
    intent = await shop.intent()
    data = {"payment_method_data": {"type": "card", "card": {"token": token}}, "return_url": "https://example.com"}
    assert (await shop.sdk.v1.payment_intents.confirm_async(intent.id, data)).status == "succeeded"


@pytest.mark.parametrize("token", ["tok_chargeDeclined", "tok_visa_chargeDeclined"])
async def test_a_legacy_token_may_decline(shop, token):
    intent = await shop.intent()
    data = {"payment_method_data": {"type": "card", "card": {"token": token}}}
    with pytest.raises(stripe.CardError):
        await shop.sdk.v1.payment_intents.confirm_async(intent.id, data)


async def test_a_card_chosen_at_creation_waits_for_the_confirmation(shop):
    intent = await shop.intent(payment_method="pm_card_visa")
    assert intent.status == "requires_confirmation"
    assert (await shop.sdk.v1.payment_intents.confirm_async(intent.id)).status == "succeeded"


async def test_an_intent_without_a_card_is_not_confirmed(shop):
    intent = await shop.intent()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await shop.sdk.v1.payment_intents.confirm_async(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


async def test_a_paid_intent_is_not_paid_again(shop):
    intent = await shop.paid()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await shop.confirm(intent, await shop.token())

    assert caught.value.code == "payment_intent_unexpected_state"
    assert answer_of(caught).payment_intent.status == "succeeded"


async def test_a_cancelled_intent_takes_no_money(shop):
    intent = await shop.intent()
    cancelled = await shop.sdk.v1.payment_intents.cancel_async(intent.id, {"cancellation_reason": "abandoned"})
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        await shop.confirm(intent, await shop.token())

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    assert (await shop.now(intent)).amount_received == 0


async def test_a_paid_intent_is_not_cancelled(shop):
    intent = await shop.paid()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await shop.sdk.v1.payment_intents.cancel_async(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(("amount", "code"), [(49, "amount_too_small"), (100_000_000, "amount_too_large")])
async def test_amounts_that_stripe_does_not_charge_are_refused(shop, amount, code):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await shop.intent(amount)
    assert (caught.value.code, caught.value.param) == (code, "amount")


async def test_an_intent_that_is_not_there_is_missing(shop):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await shop.sdk.v1.payment_intents.retrieve_async("pi_nothing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
