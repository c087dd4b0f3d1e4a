"""The real gateway against the Stripe emulator: refunds and disputes."""

from typing import Any

import httpx
import pytest
from payments.tests.stripe_gateway.kit import PRICE, MakeToken, Pay

from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Intent, Money
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.waiting import eventually


async def test_one_refund_id_gives_back_once(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    await pay(await make_token())
    refund_id = new_id()
    for _ in range(2):
        assert (await gateway.refund(refund_id=refund_id, intent_id=intent.id)).money.refund_requested == PRICE
    [refund] = await _refunds(stripe_api, intent)
    assert (refund["amount"], refund["metadata"]) == (PRICE, {"refund_id": refund_id})


async def test_already_given_back_counts_as_done(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    await pay(await make_token())
    await stripe_api.post("/emulator/refunds", json={"payment_intent": intent.id})
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.refund_requested == PRICE
    assert len(await _refunds(stripe_api, intent)) == 1


async def test_only_what_is_left_is_given_back(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken, stripe_api: httpx.AsyncClient
) -> None:
    await pay(await make_token())
    await stripe_api.post("/emulator/refunds", json={"payment_intent": intent.id, "amount": 250})
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.refund_requested == PRICE
    assert sorted(refund["amount"] for refund in await _refunds(stripe_api, intent)) == [250, PRICE - 250]


async def test_a_refund_that_the_bank_sends_back_is_seen(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken
) -> None:
    async def refund_failed() -> bool:
        return (await gateway.retrieve(intent.id)).money.refund_failed == PRICE

    await pay(await make_token("pm_card_refundFail"))
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.refund_failed == 0
    await eventually(refund_failed, what="the refund coming back")
    assert (await gateway.retrieve(intent.id)).money.refund_requested == PRICE


@pytest.mark.parametrize(
    ("status", "money"),
    [
        ("won", Money(PRICE, dispute_opened=PRICE, dispute_won=PRICE)),
        ("lost", Money(PRICE, dispute_opened=PRICE, dispute_lost=PRICE)),
    ],
)
async def test_a_dispute_is_seen_and_how_it_ends(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient, status: str, money: Money
) -> None:
    await pay("pm_card_visa")
    opened = await stripe_api.post("/emulator/disputes", json={"payment_intent": intent.id})
    assert (await gateway.retrieve(intent.id)).money == Money(PRICE, dispute_opened=PRICE)
    await stripe_api.post(f"/emulator/disputes/{opened.json()['id']}", json={"status": status})
    assert (await gateway.retrieve(intent.id)).money == money


async def test_what_is_disputed_is_not_given_back(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient
) -> None:
    await pay("pm_card_visa")
    await stripe_api.post("/emulator/disputes", json={"payment_intent": intent.id})
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money == Money(PRICE, dispute_opened=PRICE)
    assert await _refunds(stripe_api, intent) == []


async def _refunds(stripe_api: httpx.AsyncClient, intent: Intent) -> list[dict[str, Any]]:
    answer = await stripe_api.get("/v1/refunds", params={"payment_intent": intent.id})
    found: list[dict[str, Any]] = answer.json()["data"]
    return found
