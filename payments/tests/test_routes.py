"""POST /api/payments as a browser sees it, with a real MongoDB and the Stripe emulator."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import CancelReason, Envelope, HeldTicket, OrderCreated, OrderStatus
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.mongo import new_id
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.use_cases.orders import record_order
from ticketing_test_support.apps import served
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.waiting import eventually

PRICE = 1250
OLD_ID = "5f" * 12
DECLINED = "pm_card_visa_chargeDeclined"
SOON = timedelta(minutes=15)

PlaceOrder = Callable[..., Awaitable[str]]


@pytest.fixture
def buyer_id() -> str:
    """The buyer that `buyer` is."""
    return new_id()


@pytest.fixture
def buyer(client: httpx.AsyncClient, buyer_id: str) -> httpx.AsyncClient:
    """A signed-in buyer."""
    client.headers.update(cookie_for(buyer_id))
    return client


@pytest.fixture
def place_order(app: FastAPI, buyer_id: str) -> PlaceOrder:
    """Makes orders of the buyer's known to the service."""

    async def place(**changes: Any) -> str:
        order_id = new_id()
        order = Order(0, OrderStatus.CREATED, user_id=buyer_id, expires_at=datetime.now(UTC) + SOON, price=PRICE)
        order = replace(order, **changes)
        await record_order(app.state.deps, order_id=order_id, payment_id=new_id(), order=order)
        return order_id

    return place


@pytest.fixture
async def order_id(buyer: httpx.AsyncClient, place_order: PlaceOrder) -> str:
    """An order that waits for its money."""
    return await place_order()


async def pay(client: httpx.AsyncClient, order_id: str, token: str = "pm_card_visa") -> httpx.Response:
    return await client.post("/api/payments", json={"token": token, "orderId": order_id})


async def stored(app: FastAPI, order_id: str) -> Payment:
    payment: Payment = await app.state.deps.store.find(order_id)
    return payment


def message(answer: httpx.Response) -> str:
    """The one error of the envelope."""
    [error] = answer.json()["errors"]
    return str(error["message"])


async def test_paying_answers_201_with_id_and_status_alone(
    buyer: httpx.AsyncClient, app: FastAPI, order_id: str
) -> None:
    answer = await pay(buyer, order_id)
    assert (answer.status_code, answer.json()) == (201, {"id": (await stored(app, order_id)).id, "status": "succeeded"})


async def test_the_same_token_again_gets_the_same_answer(buyer: httpx.AsyncClient, order_id: str) -> None:
    first, second = await pay(buyer, order_id), await pay(buyer, order_id)
    assert (second.status_code, second.json()) == (201, first.json())


async def test_a_declined_card_is_402_with_the_banks_reason(buyer: httpx.AsyncClient, order_id: str) -> None:
    answer = await pay(buyer, order_id, DECLINED)
    assert answer.status_code == 402
    assert answer.json() == {"errors": [{"message": "Your card was declined. Nothing was charged. Try another card."}]}


async def test_after_a_decline_another_card_pays(buyer: httpx.AsyncClient, order_id: str) -> None:
    assert (await pay(buyer, order_id, DECLINED)).status_code == 402
    assert (await pay(buyer, order_id)).status_code == 201


async def test_a_bank_that_wants_the_buyer_gives_the_client_secret(buyer: httpx.AsyncClient, order_id: str) -> None:
    answer = await pay(buyer, order_id, "pm_card_authenticationRequired")
    body = answer.json()
    assert (answer.status_code, body["status"], set(body)) == (201, "requires_action", {"id", "status", "clientSecret"})
    assert "_secret_" in body["clientSecret"]


async def test_a_paid_order_is_not_paid_again_with_another_card(buyer: httpx.AsyncClient, order_id: str) -> None:
    await pay(buyer, order_id)
    answer = await pay(buyer, order_id, "pm_card_mastercard")
    assert (answer.status_code, message(answer)) == (400, "That order is already paid. Nothing more was charged.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": OrderStatus.CANCELLED, "reason": CancelReason.BUYER}, "was cancelled"),
        ({"status": OrderStatus.CANCELLED, "reason": CancelReason.EXPIRED}, "has run out"),
        ({"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "has run out"),
        ({"status": OrderStatus.COMPLETE}, "already paid"),
    ],
)
async def test_an_order_that_is_over_is_400_in_the_right_words(
    buyer: httpx.AsyncClient, place_order: PlaceOrder, changes: dict[str, Any], words: str
) -> None:
    answer = await pay(buyer, await place_order(**changes))
    assert answer.status_code == 400
    assert words in message(answer)


async def test_nobody_pays_without_a_session(client: httpx.AsyncClient, app: FastAPI, place_order: PlaceOrder) -> None:
    order_id = await place_order()
    for headers in ({}, {"Cookie": "session=garbage"}, cookie_for(secret="another-secret-of-32-bytes-or-more")):
        answer = await client.post(
            "/api/payments", json={"token": "pm_card_visa", "orderId": order_id}, headers=headers
        )
        assert answer.status_code == 401
    assert (await stored(app, order_id)).intent_id is None


async def test_anothers_order_is_401(buyer: httpx.AsyncClient, app: FastAPI, place_order: PlaceOrder) -> None:
    order_id = await place_order(user_id=new_id())
    answer = await pay(buyer, order_id)
    assert (answer.status_code, (await stored(app, order_id)).intent_id) == (401, None)


@pytest.mark.parametrize("order_id", [OLD_ID, "nonsense", "", "F" * 24, "f" * 25, "../etc", "x" * 10_000, "\u0000"])
async def test_an_order_that_is_none_is_404(buyer: httpx.AsyncClient, order_id: str) -> None:
    answer = await pay(buyer, order_id)
    assert (answer.status_code, message(answer)) == (404, "There is no such order.")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "ctoken_",
        "pm_card visa",
        "pm_card_visa\n",
        "tok_ü",
        "sk_test_1",
        "tok_" + "x" * 10_000,
        None,
        1,
        ["tok_visa"],
        {},
    ],
    ids=lambda token: repr(token)[:20],
)
async def test_a_senseless_token_is_400_and_names_the_field(
    buyer: httpx.AsyncClient, app: FastAPI, order_id: str, token: object
) -> None:
    answer = await buyer.post("/api/payments", json={"token": token, "orderId": order_id})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "token")
    assert "\\" not in error["message"]
    assert (await stored(app, order_id)).intent_id is None


async def test_a_token_that_stripe_does_not_know_is_400_and_names_the_field(
    buyer: httpx.AsyncClient, order_id: str
) -> None:
    answer = await pay(buyer, order_id, "ctoken_nobody_made")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "token")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"token": "tok_visa"}', {"orderId"}),
        (b'{"orderId": "5f5f5f5f5f5f5f5f5f5f5f5f"}', {"token"}),
        (b"{}", {"token", "orderId"}),
        (b'{"token": "tok_visa", "orderId": 5}', {"orderId"}),
        (b'{"token": "tok_visa", "orderId": null}', {"orderId"}),
        (b"{", {None}),
        (b"[]", {None}),
        (b"", {None}),
        (b'"tok_visa"', {None}),
        (b"\xff", {None}),
    ],
)
async def test_a_senseless_body_is_400_in_the_envelope(
    buyer: httpx.AsyncClient, body: bytes, fields: set[str | None]
) -> None:
    answer = await buyer.post("/api/payments", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert {error.get("field") for error in answer.json()["errors"]} == fields


async def test_fields_that_nobody_knows_are_ignored(buyer: httpx.AsyncClient, order_id: str) -> None:
    body = {"token": "pm_card_visa", "orderId": order_id, "amount": 1, "currency": "eur"}
    assert (await buyer.post("/api/payments", json=body)).status_code == 201


async def test_ten_tabs_at_once_are_charged_once(
    buyer: httpx.AsyncClient, app: FastAPI, order_id: str, stripe_api: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(pay(buyer, order_id) for _ in range(10)))
    assert {answer.status_code for answer in answers} <= {201, 503}
    intent_id = (await stored(app, order_id)).intent_id
    charges = (await stripe_api.get("/v1/charges", params={"payment_intent": intent_id or ""})).json()["data"]
    assert [(charge["amount"], charge["status"]) for charge in charges] == [(PRICE, "succeeded")]


async def test_stripe_in_trouble_is_503_with_retry_after_and_the_next_try_succeeds(
    buyer: httpx.AsyncClient, order_id: str, stripe_api: httpx.AsyncClient
) -> None:
    await stripe_api.post("/emulator/faults", json={"kind": "error", "when": "before", "path": "*/confirm"})
    refused = await pay(buyer, order_id)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    await stripe_api.delete("/emulator/faults")
    assert (await pay(buyer, order_id)).status_code == 201


async def test_an_order_that_is_heard_of_half_a_second_later_can_be_paid(
    make_app: Callable[..., FastAPI], nats_url: str, broker: Broker, buyer_id: str
) -> None:
    app, order_id = make_app(nats_url=nats_url), new_id()
    async with served(app) as client:
        await eventually(lambda: app.state.broker.connected, what="the broker being there")
        asyncio.get_running_loop().call_later(
            0.5, lambda: asyncio.ensure_future(_say_created(broker, order_id, buyer_id))
        )
        answer = await client.post(
            "/api/payments", json={"token": "pm_card_visa", "orderId": order_id}, headers=cookie_for(buyer_id)
        )
    assert answer.status_code == 201


async def test_an_order_placed_while_the_broker_is_away_is_503_with_retry_after(buyer: httpx.AsyncClient) -> None:
    answer = await pay(buyer, new_id())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def _say_created(broker: Broker, order_id: str, buyer_id: str) -> None:
    """order.created, as orders says it."""
    said = OrderCreated(
        id=order_id,
        version=0,
        hold=1,
        status=OrderStatus.CREATED,
        user_id=buyer_id,
        expires_at=datetime.now(UTC) + SOON,
        ticket=HeldTicket(id=new_id(), title="Front row", price=PRICE),
    )
    await Publisher(broker).publish([Envelope.from_event(said, occurred_at=datetime.now(UTC), traceparent="")])
