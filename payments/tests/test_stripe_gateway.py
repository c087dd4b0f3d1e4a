"""The gateway on the Stripe emulator."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from payments.tests.conftest import MakeGateway

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import new_id
from ticketing_payments.domain.intent import Intent, IntentStatus, Money
from ticketing_payments.ports import InvalidToken, UnknownIntent
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.servers import free_port
from ticketing_test_support.waiting import eventually

PRICE = 1250
MakeToken = Callable[..., Awaitable[str]]
Pay = Callable[[str], Awaitable[Intent]]


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> StripeGateway:
    """The gateway, without retries."""
    return make_gateway()


@pytest.fixture
def make_token(stripe_api: httpx.AsyncClient) -> MakeToken:
    """Makes confirmation tokens, as the page does."""

    async def make(card: str = "pm_card_visa") -> str:
        response = await stripe_api.post("/v1/test_helpers/confirmation_tokens", data={"payment_method": card})
        return str(response.json()["id"])

    return make


@pytest.fixture
async def intent(gateway: StripeGateway) -> Intent:
    """The intent of a new order."""
    return await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")


@pytest.fixture
def pay(gateway: StripeGateway, intent: Intent) -> Pay:
    """Confirms the intent with a token."""
    return lambda token: gateway.confirm(intent.id, order_id=intent.order_id or "", token=token)


async def control(stripe_api: httpx.AsyncClient, route: str, **body: Any) -> dict[str, Any]:
    """A call of the emulator's control API."""
    response = await stripe_api.post(f"/emulator/{route}", json=body)
    response.raise_for_status()
    result: dict[str, Any] = response.json()
    return result


async def refunds(stripe_api: httpx.AsyncClient, intent: Intent) -> list[dict[str, Any]]:
    response = await stripe_api.get("/v1/refunds", params={"payment_intent": intent.id})
    found: list[dict[str, Any]] = response.json()["data"]
    return found


# Paying.


async def test_order_has_one_intent_however_often_it_is_created(gateway: StripeGateway) -> None:
    order_id = new_id()
    made = await asyncio.gather(
        *(gateway.create_intent(order_id=order_id, amount=PRICE, currency="usd") for _ in range(8)),
        return_exceptions=True,
    )
    assert all(isinstance(one, Intent | Unavailable) for one in made)
    [intent] = {one.id: one for one in made if isinstance(one, Intent)}.values()
    assert (intent.status, intent.amount, intent.currency) == (IntentStatus.REQUIRES_PAYMENT_METHOD, PRICE, "usd")
    assert (intent.money, intent.live, intent.decline) == (Money(), False, None)


@pytest.mark.parametrize("token", ["", "pm_card_visa", "tok_visa"], ids=["ctoken", "pm", "tok"])
async def test_every_kind_of_token_pays_once(pay: Pay, make_token: MakeToken, token: str) -> None:
    token = token or await make_token()
    paid = await pay(token)
    assert (paid.status, paid.money) == (IntentStatus.SUCCEEDED, Money(PRICE))
    assert await pay(token) == paid


@pytest.mark.parametrize(
    ("card", "code", "message"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline", "Your card was declined."),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds", "Your card has insufficient funds."),
    ],
)
async def test_decline_has_code_and_message_and_another_card_pays(
    gateway: StripeGateway, pay: Pay, make_token: MakeToken, card: str, code: str, message: str
) -> None:
    first, second = await pay(await make_token(card)), await pay(await make_token(card))
    assert first.status is IntentStatus.REQUIRES_PAYMENT_METHOD
    assert first.decline is not None
    assert (first.decline.code, first.decline.message) == (code, message)
    assert (await gateway.retrieve(first.id)).decline == second.decline != first.decline
    paid = await pay(await make_token())
    assert (paid.money.captured, paid.decline) == (PRICE, None)


@pytest.mark.parametrize("outcome", ["pass", "fail"])
async def test_3d_secure_is_paid_or_declined(
    stripe_api: httpx.AsyncClient, gateway: StripeGateway, pay: Pay, make_token: MakeToken, outcome: str
) -> None:
    token = await make_token("pm_card_authenticationRequired")
    asked = await pay(token)
    assert (asked.status, bool(asked.client_secret)) == (IntentStatus.REQUIRES_ACTION, True)
    form = {"client_secret": asked.client_secret, "outcome": outcome}
    (await stripe_api.post(f"/v1/payment_intents/{asked.id}/emulate_3ds", data=form)).raise_for_status()
    answered = await gateway.retrieve(asked.id)
    code = answered.decline.code if answered.decline else None
    expected = (PRICE, None) if outcome == "pass" else (0, "payment_intent_authentication_failure")
    assert (answered.money.captured, code) == expected
    # Not the saved response of the first time.
    assert (await pay(token)).money.captured == expected[0]


@pytest.mark.parametrize("token", ["ctoken_unknown", "pm_unknown", "tok_unknown", "used for another order"])
async def test_unknown_or_used_token_is_invalid(
    gateway: StripeGateway, pay: Pay, make_token: MakeToken, token: str
) -> None:
    if token.startswith("used"):
        token = await make_token()
        other = await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")
        await gateway.confirm(other.id, order_id=other.order_id or "", token=token)
    with pytest.raises(InvalidToken) as raised:
        await pay(token)
    assert raised.value.items() == [{"message": "That card could not be read. Enter it again.", "field": "token"}]


async def test_paid_intent_is_returned_as_it_is(gateway: StripeGateway, intent: Intent, pay: Pay) -> None:
    paid = await pay("pm_card_visa")
    assert await pay("pm_card_mastercard") == paid
    assert await gateway.cancel(intent.id) == paid


async def test_canceled_intent_is_returned_as_it_is(gateway: StripeGateway, intent: Intent, pay: Pay) -> None:
    canceled = await gateway.cancel(intent.id)
    assert canceled.status is IntentStatus.CANCELED
    assert await pay("pm_card_visa") == await gateway.cancel(intent.id) == canceled


# Refunds and disputes.


async def test_refund_id_refunds_once(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient
) -> None:
    await pay("pm_card_visa")
    refund_id = new_id()
    for _ in range(2):
        assert (await gateway.refund(refund_id=refund_id, intent_id=intent.id)).money == Money(PRICE, PRICE)
    [refund] = await refunds(stripe_api, intent)
    assert (refund["amount"], refund["metadata"]) == (PRICE, {"refund_id": refund_id})


@pytest.mark.parametrize(("by_hand", "amounts"), [(250, [250, PRICE - 250]), (PRICE, [PRICE])])
async def test_only_what_is_left_is_refunded(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient, by_hand: int, amounts: list[int]
) -> None:
    await pay("pm_card_visa")
    await control(stripe_api, "refunds", payment_intent=intent.id, amount=by_hand)
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money.refund_requested == PRICE
    assert sorted(refund["amount"] for refund in await refunds(stripe_api, intent)) == amounts


async def test_refund_that_fails_later_is_seen(
    gateway: StripeGateway, intent: Intent, pay: Pay, make_token: MakeToken
) -> None:
    async def has_failed() -> bool:
        return (await gateway.retrieve(intent.id)).money == Money(PRICE, PRICE, PRICE)

    await pay(await make_token("pm_card_refundFail"))
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money == Money(PRICE, PRICE)
    await eventually(has_failed, what="the refund having failed")


@pytest.mark.parametrize(
    ("status", "money"),
    [
        ("won", Money(PRICE, 0, 0, PRICE, PRICE)),
        ("lost", Money(PRICE, 0, 0, PRICE, 0, PRICE)),
        ("prevented", Money(PRICE, 0, 0, PRICE, PRICE)),
    ],
)
async def test_dispute_postpones_the_refund_until_it_is_closed(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient, status: str, money: Money
) -> None:
    await pay("pm_card_visa")
    dispute = await control(stripe_api, "disputes", payment_intent=intent.id)
    assert (await gateway.refund(refund_id=new_id(), intent_id=intent.id)).money == Money(PRICE, 0, 0, PRICE)
    await control(stripe_api, f"disputes/{dispute['id']}", status=status)
    assert (await gateway.retrieve(intent.id)).money == money
    after = await gateway.refund(refund_id=new_id(), intent_id=intent.id)
    assert after.money.refunded == (0 if status == "lost" else PRICE)


# Problems.


async def test_intent_unknown_to_stripe_is_reported(gateway: StripeGateway) -> None:
    for call in (
        gateway.retrieve("pi_unknown"),
        gateway.cancel("pi_unknown"),
        gateway.refund(refund_id="1", intent_id="pi_unknown"),
        gateway.confirm("pi_unknown", order_id="order", token="tok_visa"),
    ):
        with pytest.raises(UnknownIntent):
            await call


async def test_each_call_has_its_idempotency_key(
    gateway: StripeGateway, intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient
) -> None:
    await pay("pm_card_visa")
    await gateway.refund(refund_id="5f" * 12, intent_id=intent.id)
    events = (await stripe_api.get("/v1/events", params={"limit": "50"})).json()["data"]
    about = [event for event in events if intent.id in json.dumps(event["data"])]
    keys = {event["type"]: event["request"]["idempotency_key"] for event in about}
    assert keys["payment_intent.created"] == f"order:{intent.order_id}:create"
    assert keys["payment_intent.succeeded"] == f"order:{intent.order_id}:confirm:pm_card_visa"
    assert keys["charge.refunded"] == f"refund:{'5f' * 12}"


async def test_key_used_by_another_release_returns_the_intent(
    intent: Intent, pay: Pay, stripe_api: httpx.AsyncClient
) -> None:
    key = {"Idempotency-Key": f"order:{intent.order_id}:confirm:pm_card_visa"}
    path = f"/v1/payment_intents/{intent.id}/confirm"
    (await stripe_api.post(path, data={"payment_method": "pm_card_visa"}, headers=key)).raise_for_status()
    assert (await pay("pm_card_visa")).money.captured == PRICE


@pytest.mark.parametrize("kind", ["drop", "error", "rate_limit"])
async def test_unknown_outcome_is_unavailable(
    gateway: StripeGateway, stripe_api: httpx.AsyncClient, intent: Intent, kind: str
) -> None:
    await control(stripe_api, "faults", kind=kind, path=f"/v1/payment_intents/{intent.id}*", count=1)
    with pytest.raises(Unavailable, match="in a minute"):
        await gateway.retrieve(intent.id)


async def test_charge_whose_response_was_lost_is_found_by_the_same_token(
    stripe_api: httpx.AsyncClient, pay: Pay
) -> None:
    await control(stripe_api, "faults", kind="drop", path="*/confirm", count=1)
    with pytest.raises(Unavailable):
        await pay("pm_card_visa")
    assert (await pay("pm_card_visa")).money.captured == PRICE


async def test_unreachable_stripe_is_unavailable(make_gateway: MakeGateway) -> None:
    with pytest.raises(Unavailable):
        await make_gateway(url=f"http://127.0.0.1:{free_port()}").retrieve("pi_1")


async def test_dropped_connection_is_retried(
    make_gateway: MakeGateway, stripe_api: httpx.AsyncClient, intent: Intent
) -> None:
    await control(stripe_api, "faults", kind="drop", path=f"/v1/payment_intents/{intent.id}", count=1)
    assert (await make_gateway(retries=2).retrieve(intent.id)).id == intent.id


async def test_refused_key_is_unavailable_and_logged_without_the_key(
    make_gateway: MakeGateway, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "pk_test_not_a_secret_key"
    with caplog.at_level(logging.INFO), pytest.raises(Unavailable, match="STRIPE_KEY"):
        await make_gateway(key).create_intent(order_id=new_id(), amount=PRICE, currency="usd")
    logged = caplog.text + "".join(capsys.readouterr())
    assert "stripe.authentication_failed" in logged
    assert key not in logged


@pytest.fixture
def newer_stripe() -> Iterator[str]:
    """The URL of a Stripe whose intents have a status of the future."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            intent = {"object": "payment_intent", "id": "pi_1", "status": "from_a_newer_api", "amount": PRICE}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(intent | {"currency": "usd", "amount_received": 0}).encode())

        def log_message(self, *_: object) -> None:
            """Keeps the output of the tests readable."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


async def test_unknown_status_is_unavailable_and_logged_once(
    make_gateway: MakeGateway, newer_stripe: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = make_gateway(url=newer_stripe)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            with pytest.raises(Unavailable, match="not known yet"):
                await gateway.retrieve("pi_1")
    assert (caplog.text or "".join(capsys.readouterr())).count("stripe.unknown_status") == 1
