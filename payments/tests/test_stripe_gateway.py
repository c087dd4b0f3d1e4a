"""The gateway on the Stripe emulator."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from payments.tests.conftest import CountLogged, MakeGateway
from prometheus_client import REGISTRY

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import new_id
from ticketing_common.observability import spans
from ticketing_common.observability.spans import Kind
from ticketing_payments.domain.intent import Intent, IntentStatus, Money
from ticketing_payments.ports import InvalidToken, UnknownIntent
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.spans import RecordedSpans
from ticketing_test_support.waiting import eventually

PRICE = 1250


class Account:
    """The gateway, the intent of a new order, and what others do at Stripe."""

    def __init__(self, gateway: StripeGateway, intent: Intent, api: httpx.AsyncClient) -> None:
        self.gateway, self.intent, self.api = gateway, intent, api

    async def token(self, card: str = "pm_card_visa") -> str:
        """A confirmation token, as the page makes it."""
        response = await self.api.post("/v1/test_helpers/confirmation_tokens", data={"payment_method": card})
        return str(response.json()["id"])

    async def pay(self, token: str = "pm_card_visa") -> Intent:
        return await self.gateway.confirm(self.intent.id, order_id=self.intent.order_id or "", token=token)

    async def money(self) -> Money:
        return (await self.gateway.retrieve(self.intent.id)).money

    async def refund(self, refund_id: str | None = None) -> Money:
        return (await self.gateway.refund(refund_id=refund_id or new_id(), intent_id=self.intent.id)).money

    async def refunds(self) -> list[dict[str, Any]]:
        """All refunds of the intent, by amount."""
        response = await self.api.get("/v1/refunds", params={"payment_intent": self.intent.id})
        return sorted(response.json()["data"], key=lambda refund: refund["amount"])

    async def control(self, route: str, **body: Any) -> dict[str, Any]:
        """A call of the emulator's control API."""
        response = (await self.api.post(f"/emulator/{route}", json=body)).raise_for_status()
        result: dict[str, Any] = response.json()
        return result


@pytest.fixture
async def account(make_gateway: MakeGateway, stripe_api: httpx.AsyncClient) -> Account:
    """An unpaid intent."""
    gateway = make_gateway()
    return Account(gateway, await gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd"), stripe_api)


# Paying.


async def test_order_has_one_intent_however_often_it_is_created(account: Account) -> None:
    order_id = new_id()
    made = await asyncio.gather(
        *(account.gateway.create_intent(order_id=order_id, amount=PRICE, currency="usd") for _ in range(8)),
        return_exceptions=True,
    )
    assert all(isinstance(one, Intent | Unavailable) for one in made)
    [intent] = {one.id: one for one in made if isinstance(one, Intent)}.values()
    assert (intent.status, intent.amount, intent.currency) == (IntentStatus.REQUIRES_PAYMENT_METHOD, PRICE, "usd")
    assert (intent.money, intent.live, intent.decline) == (Money(), False, None)


@pytest.mark.parametrize("token", ["ctoken", "pm_card_visa", "tok_visa"])
async def test_every_kind_of_token_pays_once(account: Account, token: str) -> None:
    token = await account.token() if token == "ctoken" else token
    paid = await account.pay(token)
    assert (paid.status, paid.money) == (IntentStatus.SUCCEEDED, Money(PRICE))
    assert await account.pay(token) == paid


@pytest.mark.parametrize(
    ("card", "code", "message"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline", "Your card was declined."),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds", "Your card has insufficient funds."),
    ],
)
async def test_decline_has_code_and_message_and_another_card_pays(
    account: Account, card: str, code: str, message: str
) -> None:
    first, second = await account.pay(await account.token(card)), await account.pay(await account.token(card))
    assert first.status is IntentStatus.REQUIRES_PAYMENT_METHOD
    assert first.decline is not None
    assert (first.decline.code, first.decline.message) == (code, message)
    assert (await account.gateway.retrieve(first.id)).decline == second.decline != first.decline
    paid = await account.pay()
    assert (paid.money.captured, paid.decline) == (PRICE, None)


@pytest.mark.parametrize(
    ("outcome", "captured", "reason"),
    [("pass", PRICE, None), ("fail", 0, "Your bank could not confirm your identity.")],
)
async def test_3d_secure_is_paid_or_declined(account: Account, outcome: str, captured: int, reason: str | None) -> None:
    token = await account.token("pm_card_authenticationRequired")
    asked = await account.pay(token)
    assert (asked.status, bool(asked.client_secret)) == (IntentStatus.REQUIRES_ACTION, True)
    form = {"client_secret": asked.client_secret, "outcome": outcome}
    (await account.api.post(f"/v1/payment_intents/{asked.id}/emulate_3ds", data=form)).raise_for_status()
    again = await account.pay(token)  # not the saved response
    assert (again.money.captured, again.decline and again.decline.message) == (captured, reason)


@pytest.mark.parametrize("token", ["ctoken_unknown", "pm_unknown", "tok_unknown", "used for another order"])
async def test_unknown_or_used_token_is_invalid(account: Account, token: str) -> None:
    if token.startswith("used"):
        token = await account.token()
        other = await account.gateway.create_intent(order_id=new_id(), amount=PRICE, currency="usd")
        await account.gateway.confirm(other.id, order_id=other.order_id or "", token=token)
    with pytest.raises(InvalidToken) as raised:
        await account.pay(token)
    assert raised.value.items() == [{"message": "That card could not be read. Enter it again.", "field": "token"}]


@pytest.mark.parametrize("paid", [True, False], ids=["paid", "canceled"])
async def test_final_intent_is_returned_as_it_is(account: Account, paid: bool) -> None:
    final = await (account.pay() if paid else account.gateway.cancel(account.intent.id))
    assert final.status is (IntentStatus.SUCCEEDED if paid else IntentStatus.CANCELED)
    assert await account.pay("pm_card_mastercard") == await account.gateway.cancel(account.intent.id) == final


# Refunds and disputes.


async def test_refund_id_refunds_once(account: Account) -> None:
    await account.pay()
    refund_id = new_id()
    assert await account.refund(refund_id) == await account.refund(refund_id) == Money(PRICE, PRICE)
    [refund] = await account.refunds()
    assert (refund["amount"], refund["metadata"]) == (PRICE, {"refund_id": refund_id})


@pytest.mark.parametrize(("by_hand", "amounts"), [(250, [250, PRICE - 250]), (PRICE, [PRICE])])
async def test_only_what_is_left_is_refunded(account: Account, by_hand: int, amounts: list[int]) -> None:
    await account.pay()
    await account.control("refunds", payment_intent=account.intent.id, amount=by_hand)
    assert await account.refund() == Money(PRICE, PRICE)
    assert [refund["amount"] for refund in await account.refunds()] == amounts


async def test_refund_that_fails_later_is_seen(account: Account) -> None:
    async def has_failed() -> bool:
        return await account.money() == Money(PRICE, PRICE, PRICE)

    await account.pay("pm_card_refundFail")
    assert await account.refund() == Money(PRICE, PRICE)
    await eventually(has_failed, what="the refund having failed")


@pytest.mark.parametrize(("status", "refunded"), [("won", PRICE), ("lost", 0), ("prevented", PRICE)])
async def test_refund_waits_for_the_dispute(account: Account, status: str, refunded: int) -> None:
    await account.pay()
    dispute = await account.control("disputes", payment_intent=account.intent.id)
    assert await account.refund() == Money(PRICE, 0, 0, PRICE)
    await account.control(f"disputes/{dispute['id']}", status=status)
    assert not (await account.money()).has_open_dispute
    assert (await account.refund()).refunded == refunded


# Problems.


async def test_intent_unknown_to_stripe_is_reported(account: Account) -> None:
    for call in (
        account.gateway.retrieve("pi_unknown"),
        account.gateway.cancel("pi_unknown"),
        account.gateway.refund(refund_id="1", intent_id="pi_unknown"),
        account.gateway.confirm("pi_unknown", order_id="order", token="tok_visa"),
    ):
        with pytest.raises(UnknownIntent):
            await call


async def test_each_call_has_its_idempotency_key(account: Account) -> None:
    await account.pay()
    await account.refund("5f" * 12)
    events = (await account.api.get("/v1/events", params={"limit": "50"})).json()["data"]
    about = [event for event in events if account.intent.id in json.dumps(event["data"])]
    keys = {event["type"]: event["request"]["idempotency_key"] for event in about}
    assert keys["payment_intent.created"] == f"order:{account.intent.order_id}:create"
    assert keys["payment_intent.succeeded"] == f"order:{account.intent.order_id}:confirm:pm_card_visa"
    assert keys["charge.refunded"] == f"refund:{'5f' * 12}"


async def test_key_used_by_another_release_returns_the_intent(account: Account) -> None:
    key = {"Idempotency-Key": f"order:{account.intent.order_id}:confirm:pm_card_visa"}
    path = f"/v1/payment_intents/{account.intent.id}/confirm"
    (await account.api.post(path, data={"payment_method": "pm_card_visa"}, headers=key)).raise_for_status()
    assert (await account.pay()).money.captured == PRICE


@pytest.mark.parametrize("kind", ["drop", "error", "rate_limit"])
async def test_unknown_outcome_is_unavailable_and_found_by_the_same_token(account: Account, kind: str) -> None:
    await account.control("faults", kind=kind, path="*/confirm", count=1)
    with pytest.raises(Unavailable, match="in a minute"):
        await account.pay()
    assert (await account.pay()).money.captured == PRICE


def measured(operation: str, outcome: str) -> float:
    labels = {"operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("stripe_request_duration_seconds_count", labels) or 0


@pytest.mark.parametrize(
    ("token", "fault", "outcome"),
    [
        ("pm_card_visa", None, "ok"),
        ("pm_card_visa_chargeDeclined", None, "declined"),
        ("tok_unknown", None, "rejected"),
        ("pm_card_visa", "rate_limit", "rate_limited"),
        ("pm_card_visa", "error", "unavailable"),
    ],
)
async def test_calls_are_measured_by_outcome(account: Account, token: str, fault: str | None, outcome: str) -> None:
    if fault:
        await account.control("faults", kind=fault, path="*/confirm", count=1)
    count = measured("payment_intents.confirm", outcome)
    with suppress(Unavailable, InvalidToken):
        await account.pay(token)
    assert measured("payment_intents.confirm", outcome) == count + 1


async def test_outage_is_one_warning(make_gateway: MakeGateway, account: Account, count_logged: CountLogged) -> None:
    gateway = make_gateway()
    for _ in range(3):
        await account.control("faults", kind="error", path="/v1/payment_intents/*", count=1)
        with pytest.raises(Unavailable):
            await gateway.retrieve(account.intent.id)
        await gateway.retrieve(account.intent.id)
    assert (count_logged("dependency.unavailable"), count_logged("dependency.recovered")) == (1, 0)


async def test_dropped_connection_is_retried(make_gateway: MakeGateway, account: Account) -> None:
    await account.control("faults", kind="drop", path=f"/v1/payment_intents/{account.intent.id}", count=1)
    assert (await make_gateway(retries=2).retrieve(account.intent.id)).id == account.intent.id


async def test_response_that_is_cut_off_is_unavailable(make_gateway: MakeGateway) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        writer.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
        gateway = make_gateway(url="http://127.0.0.1:{1}".format(*server.sockets[0].getsockname()))
        with pytest.raises(Unavailable, match="did not respond"):
            await gateway.retrieve("pi_1")


async def test_refused_key_is_unavailable_and_logged_without_the_key(
    make_gateway: MakeGateway, count_logged: CountLogged
) -> None:
    with pytest.raises(Unavailable, match="STRIPE_KEY"):
        await make_gateway("pk_test_not_secret").create_intent(order_id=new_id(), amount=PRICE, currency="usd")
    assert (count_logged("stripe.authentication_failed"), count_logged("pk_test_not_secret")) == (1, 0)
    assert measured("payment_intents.create", "unauthorized") > 0


async def test_unknown_status_is_unavailable_and_logged_once(
    make_gateway: MakeGateway, count_logged: CountLogged
) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        intent = {"object": "payment_intent", "id": "pi_1", "status": "from_a_newer_api", "amount": PRICE}
        body = json.dumps(intent | {"currency": "usd", "amount_received": 0})
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        writer.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
        gateway = make_gateway(url="http://127.0.0.1:{1}".format(*server.sockets[0].getsockname()))
        for _ in range(3):
            with pytest.raises(Unavailable, match="not known yet"):
                await gateway.retrieve("pi_1")
    assert count_logged("stripe.unknown_status") == 1


async def test_span_of_a_call_names_the_server_and_the_response(
    account: Account, recorded_spans: RecordedSpans
) -> None:
    with spans.enter("POST", Kind.SERVER):
        await account.pay("pm_card_visa_chargeDeclined")
    found = recorded_spans.by_name()["POST /v1/payment_intents/{intent}/confirm"]
    attributes = dict(found.attributes or {})
    assert attributes["server.address"] == "127.0.0.1"
    assert attributes["http.response.status_code"] == 402
    assert attributes["error.type"] == "CardError"
