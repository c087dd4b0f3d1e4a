"""The real gateway against the Stripe emulator: each answer of Stripe in our words."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import new_id
from ticketing_common.testing.recorder import eventually
from ticketing_common.testing.servers import free_port
from ticketing_payments.intent import Intent, IntentStatus, Money
from ticketing_payments.ports import BadToken, UnknownIntent
from ticketing_payments.stripe_gateway import StripeGateway

PRICE = 1250
MakeGateway = Callable[..., StripeGateway]
MakeToken = Callable[..., Awaitable[str]]
Pay = Callable[[str], Awaitable[Intent]]


@pytest.fixture
def make_token(stripe_api: httpx.AsyncClient) -> MakeToken:
    """Makes confirmation tokens, as the page does."""

    async def make(card: str = "pm_card_visa") -> str:
        answer = await stripe_api.post("/v1/test_helpers/confirmation_tokens", data={"payment_method": card})
        return str(answer.json()["id"])

    return make


@pytest.fixture
async def intent(gateway: StripeGateway) -> Intent:
    """A fresh intent of a new order."""
    return await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")


@pytest.fixture
def pay(gateway: StripeGateway, intent: Intent) -> Callable[[str], Awaitable[Intent]]:
    """Confirms the intent with a token."""
    return lambda token: gateway.confirm(intent.id, order_id=intent.order_id or "", token=token)


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
    with pytest.raises(BadToken) as raised:
        await pay(token)
    assert raised.value.items() == [{"message": "That card could not be read. Enter it again.", "field": "token"}]


async def test_a_token_used_for_another_order_is_a_bad_token(
    gateway: StripeGateway, pay: Pay, make_token: MakeToken
) -> None:
    token = await make_token()
    await pay(token)
    other = await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")
    with pytest.raises(BadToken):
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


async def test_one_refund_id_gives_back_once(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    await pay(await make_token())
    refund_id = new_id()
    for _ in range(2):
        assert (await gateway.refund(refund_id=refund_id, intent_id=intent.id)).money.given_back == PRICE
    [refund] = await _refunds(stripe_api, intent)
    assert (refund["amount"], refund["metadata"]) == (PRICE, {"refund_id": refund_id})


async def test_already_given_back_counts_as_done(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    await pay(await make_token())
    await stripe_api.post("/emulator/refund", json={"payment_intent": intent.id})
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.given_back == PRICE
    assert len(await _refunds(stripe_api, intent)) == 1


async def test_only_what_is_left_is_given_back(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    await pay(await make_token())
    await stripe_api.post("/emulator/refund", json={"payment_intent": intent.id, "amount": 250})
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.given_back == PRICE
    assert sorted(refund["amount"] for refund in await _refunds(stripe_api, intent)) == [250, PRICE - 250]


async def test_a_refund_that_the_bank_sends_back_is_seen(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken
) -> None:
    async def bounced() -> bool:
        return (await gateway.retrieve(intent.id)).money.bounced == PRICE

    await pay(await make_token("pm_card_refundFail"))
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.bounced == 0
    await eventually(bounced, what="the refund coming back")
    assert (await gateway.retrieve(intent.id)).money.given_back == PRICE


@pytest.mark.parametrize(
    ("status", "money"),
    [
        ("won", Money(PRICE, disputed=PRICE, won=PRICE)),
        ("lost", Money(PRICE, disputed=PRICE, lost=PRICE)),
    ],
)
async def test_a_dispute_is_seen_and_how_it_ends(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient, status: str, money: Money
) -> None:
    await pay("pm_card_visa")
    opened = await stripe_api.post("/emulator/dispute", json={"payment_intent": intent.id})
    assert (await gateway.retrieve(intent.id)).money == Money(PRICE, disputed=PRICE)
    await stripe_api.post("/emulator/dispute/close", json={"dispute": opened.json()["id"], "status": status})
    assert (await gateway.retrieve(intent.id)).money == money


async def test_what_is_disputed_is_not_given_back(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient
) -> None:
    await pay("pm_card_visa")
    await stripe_api.post("/emulator/dispute", json={"payment_intent": intent.id})
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money == Money(PRICE, disputed=PRICE)
    assert await _refunds(stripe_api, intent) == []


async def test_an_intent_that_stripe_does_not_have_is_unknown(gateway: StripeGateway) -> None:
    for call in (
        gateway.retrieve("pi_none"),
        gateway.cancel("pi_none"),
        gateway.refund(refund_id="1", intent_id="pi_none"),
    ):
        with pytest.raises(UnknownIntent):
            await call
    with pytest.raises(UnknownIntent):
        await gateway.confirm("pi_none", order_id="order", token="tok_visa")


async def test_each_call_has_the_key_that_makes_it_one(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    token = await make_token()
    await pay(token)
    await gateway.refund(refund_id="5f" * 12, intent_id=intent.id)
    keys = await _keys(stripe_api, intent)
    assert keys["payment_intent.created"] == f"order:{intent.order_id}:create"
    assert keys["payment_intent.succeeded"] == f"order:{intent.order_id}:confirm:{token}"
    assert keys["charge.refunded"] == f"refund:{'5f' * 12}"


async def test_a_key_first_used_by_another_release_answers_how_the_intent_stands(
    intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient
) -> None:
    key = {"Idempotency-Key": f"order:{intent.order_id}:confirm:pm_card_visa"}
    path = f"/v1/payment_intents/{intent.id}/confirm"
    (await stripe_api.post(path, data={"payment_method": "pm_card_visa"}, headers=key)).raise_for_status()
    assert (await pay("pm_card_visa")).money.captured == PRICE


@pytest.mark.parametrize("kind", ["drop", "error", "rate_limit"])
async def test_an_outcome_that_is_not_known_is_unavailable(
    gateway: StripeGateway, stripe_api: httpx.AsyncClient, intent: Intent, kind: str
) -> None:
    await _arm(stripe_api, kind=kind, path=f"/v1/payment_intents/{intent.id}*")
    with pytest.raises(Unavailable, match="in a minute"):
        await gateway.retrieve(intent.id)


async def test_an_answer_lost_after_the_charge_is_there_for_the_same_token(
    stripe_api: httpx.AsyncClient, pay: Pay, make_token: MakeToken, intent: Intent
) -> None:
    token = await make_token()
    await _arm(stripe_api, kind="drop", path="*/confirm")
    with pytest.raises(Unavailable):
        await pay(token)
    assert (await pay(token)).money.captured == PRICE


async def test_stripe_out_of_reach_is_unavailable(make_gateway: MakeGateway) -> None:
    with pytest.raises(Unavailable):
        await make_gateway(url=f"http://127.0.0.1:{free_port()}").retrieve("pi_1")


async def test_a_dropped_connection_is_tried_again_by_the_sdk(
    make_gateway: MakeGateway, stripe_api: httpx.AsyncClient, intent: Intent
) -> None:
    await _arm(stripe_api, kind="drop", path=f"/v1/payment_intents/{intent.id}")
    assert (await make_gateway(retries=2).retrieve(intent.id)).id == intent.id


async def test_a_refused_key_is_unavailable_and_said_in_the_log_without_the_key(
    make_gateway: MakeGateway, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "pk_test_not_a_secret_key"
    with caplog.at_level(logging.INFO), pytest.raises(Unavailable, match="STRIPE_KEY"):
        await make_gateway(key).create_intent(order_id=new_id(), amount=PRICE, currency="usd")
    said = caplog.text + "".join(capsys.readouterr())
    assert "stripe.key_refused" in said
    assert key not in said


async def _answer_3d_secure(stripe_api: httpx.AsyncClient, intent: Intent, outcome: str) -> None:
    """What the buyer does in the bank's dialog."""
    form = {"client_secret": intent.client_secret, "outcome": outcome}
    (await stripe_api.post(f"/v1/payment_intents/{intent.id}/emulate_3ds", data=form)).raise_for_status()


async def _refunds(stripe_api: httpx.AsyncClient, intent: Intent) -> list[dict[str, Any]]:
    answer = await stripe_api.get("/v1/refunds", params={"payment_intent": intent.id})
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def _keys(stripe_api: httpx.AsyncClient, intent: Intent) -> dict[str, str]:
    """The idempotency key that brought each event about this intent."""
    events = (await stripe_api.get("/v1/events", params={"limit": "50"})).json()["data"]
    about = [event for event in events if intent.id in json.dumps(event["data"])]
    return {event["type"]: event["request"]["idempotency_key"] for event in about}


async def _arm(stripe_api: httpx.AsyncClient, **fault: str) -> None:
    """One fault, once."""
    (await stripe_api.post("/emulator/faults", json={**fault, "count": 1})).raise_for_status()
