"""The real gateway against the Stripe emulator: cards, 3-D Secure and calling off."""

import asyncio

import httpx
import pytest
from payments.tests.stripe_gateway.kit import PRICE, MakeToken, Pay

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Intent, IntentStatus, Money
from ticketing_payments.ports import InvalidToken
from ticketing_payments.stripe_gateway import StripeGateway


async def test_a_new_intent_waits_for_a_card(intent: Intent) -> None:
    assert (intent.status, intent.amount, intent.currency) == (IntentStatus.REQUIRES_PAYMENT_METHOD, PRICE, "usd")
    assert (intent.money, intent.live, intent.decline) == (Money(), False, None)


async def test_one_order_has_one_intent_however_often_and_at_once_it_is_created(gateway: StripeGateway) -> None:
    order_id = new_id()
    made = await asyncio.gather(
        *(gateway.create_intent(order_id=order_id, amount=PRICE, currency="usd") for _ in range(8)),
        return_exceptions=True,
    )
    intents = {made.id for made in made if isinstance(made, Intent)}
    assert len(intents) == 1
    assert all(isinstance(one, Intent | Unavailable) for one in made)


async def test_a_good_card_is_charged(pay: Pay, make_token: MakeToken) -> None:
    paid = await pay(await make_token())
    assert (paid.status, paid.money) == (IntentStatus.SUCCEEDED, Money(captured=PRICE))


@pytest.mark.parametrize("token", ["pm_card_visa", "tok_visa"])
async def test_a_payment_method_and_the_originals_token_pay_too(pay: Pay, token: str) -> None:
    assert (await pay(token)).money.captured == PRICE


async def test_the_same_token_again_is_the_same_charge(pay: Pay, make_token: MakeToken) -> None:
    token = await make_token()
    assert await pay(token) == await pay(token)


@pytest.mark.parametrize(
    ("card", "code", "message"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline", "Your card was declined."),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds", "Your card has insufficient funds."),
        ("pm_card_visa_chargeDeclinedExpiredCard", "expired_card", "Your card has expired."),
    ],
)
async def test_a_decline_has_its_code_and_words(
    pay: Pay, make_token: MakeToken, card: str, code: str, message: str
) -> None:
    declined = await pay(await make_token(card))
    assert (declined.status, declined.money.captured) == (IntentStatus.REQUIRES_PAYMENT_METHOD, 0)
    assert declined.decline is not None
    assert (declined.decline.code, declined.decline.message) == (code, message)


async def test_a_decline_looked_up_later_is_the_same_decline(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken
) -> None:
    declined = await pay(await make_token("pm_card_visa_chargeDeclined"))
    assert (await gateway.retrieve(intent.id)).decline == declined.decline


async def test_after_a_decline_another_card_pays_the_same_intent(pay: Pay, make_token: MakeToken) -> None:
    first = await pay(await make_token("pm_card_visa_chargeDeclined"))
    second = await pay(await make_token("pm_card_visa_chargeDeclined"))
    paid = await pay(await make_token())
    assert first.decline != second.decline
    assert (paid.money.captured, paid.decline) == (PRICE, None)


async def test_3d_secure_gives_the_secret_and_is_paid_once_it_is_passed(
    gateway: StripeGateway, stripe_api: httpx.AsyncClient, pay: Pay, make_token: MakeToken
) -> None:
    asked = await pay(await make_token("pm_card_authenticationRequired"))
    assert asked.status is IntentStatus.REQUIRES_ACTION
    assert asked.client_secret
    await _answer_3d_secure(stripe_api, asked, "pass")
    assert (await gateway.retrieve(asked.id)).money.captured == PRICE


async def test_the_same_token_after_3d_secure_answers_how_it_stands_now(
    stripe_api: httpx.AsyncClient, pay: Pay, make_token: MakeToken
) -> None:
    token = await make_token("pm_card_authenticationRequired")
    await _answer_3d_secure(stripe_api, await pay(token), "pass")
    assert (await pay(token)).money.captured == PRICE


async def test_3d_secure_failed_is_a_decline(
    gateway: StripeGateway, stripe_api: httpx.AsyncClient, pay: Pay, make_token: MakeToken
) -> None:
    asked = await pay(await make_token("pm_card_authenticationRequired"))
    await _answer_3d_secure(stripe_api, asked, "fail")
    decline = (await gateway.retrieve(asked.id)).decline
    assert decline is not None
    assert (decline.code, bool(decline.attempt)) == ("payment_intent_authentication_failure", True)


@pytest.mark.parametrize("token", ["ctoken_none", "pm_none", "tok_none"])
async def test_a_token_that_stripe_does_not_know_is_a_bad_token(pay: Pay, token: str) -> None:
    with pytest.raises(InvalidToken) as raised:
        await pay(token)
    assert raised.value.items() == [{"message": "That card could not be read. Enter it again.", "field": "token"}]


async def test_a_token_used_for_another_order_is_a_bad_token(
    gateway: StripeGateway, pay: Pay, make_token: MakeToken
) -> None:
    token = await make_token()
    await pay(token)
    other = await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")
    with pytest.raises(InvalidToken):
        await gateway.confirm(other.id, order_id=other.order_id or "", token=token)


async def test_paying_what_is_paid_answers_how_it_stands(pay: Pay, make_token: MakeToken) -> None:
    await pay(await make_token())
    again = await pay(await make_token())
    assert (again.status, again.money.captured) == (IntentStatus.SUCCEEDED, PRICE)


async def test_paying_what_was_called_off_answers_how_it_stands(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken
) -> None:
    assert (await gateway.cancel(intent.id)).status is IntentStatus.CANCELED
    assert (await pay(await make_token())).status is IntentStatus.CANCELED


async def test_calling_off_what_is_paid_answers_how_it_stands(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken
) -> None:
    await pay(await make_token())
    late = await gateway.cancel(intent.id)
    assert (late.status, late.money.captured) == (IntentStatus.SUCCEEDED, PRICE)


async def test_calling_off_twice_is_calling_off(gateway: StripeGateway, intent: Intent) -> None:
    assert (await gateway.cancel(intent.id)).status is (await gateway.cancel(intent.id)).status is IntentStatus.CANCELED


async def _answer_3d_secure(stripe_api: httpx.AsyncClient, intent: Intent, outcome: str) -> None:
    """What the buyer does in the bank's dialog."""
    form = {"client_secret": intent.client_secret, "outcome": outcome}
    (await stripe_api.post(f"/v1/payment_intents/{intent.id}/emulate_3ds", data=form)).raise_for_status()
