"""The real gateway against the Stripe emulator: each call is made once, and a lost answer is Unavailable."""

import json
import logging

import httpx
import pytest
from payments.tests.stripe_gateway.kit import PRICE, MakeGateway, MakeToken, Pay

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Intent
from ticketing_payments.ports import UnknownIntent
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.servers import free_port


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
    assert "stripe.authentication_failed" in said
    assert key not in said


async def _keys(stripe_api: httpx.AsyncClient, intent: Intent) -> dict[str, str]:
    """The idempotency key that brought each event about this intent."""
    events = (await stripe_api.get("/v1/events", params={"limit": "50"})).json()["data"]
    about = [event for event in events if intent.id in json.dumps(event["data"])]
    return {event["type"]: event["request"]["idempotency_key"] for event in about}


async def _arm(stripe_api: httpx.AsyncClient, **fault: str) -> None:
    """One fault, once."""
    (await stripe_api.post("/emulator/faults", json={**fault, "count": 1})).raise_for_status()
