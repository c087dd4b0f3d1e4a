"""POST /api/payments over HTTP, with the store and Stripe in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_common.mongo import new_id
from ticketing_payments.use_cases.orders import record_order
from ticketing_test_support.payments.scenario import BUYER, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import DECLINED, GOOD, OTHER_GOOD, REQUIRES_3DS, SLOW, USED
from ticketing_test_support.sessions import cookie_for

OLD_ID = "5f" * 12
PlaceOrder = Callable[..., Awaitable[str]]


@pytest.fixture
def buyer(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A signed-in buyer."""
    client.headers.update(cookie_for(BUYER))
    return client


@pytest.fixture
def place_order(scenario: PaymentScenario) -> PlaceOrder:
    """Records orders of the buyer, open for 15 minutes from now."""

    async def place(order_id: str | None = None, **changes: Any) -> str:
        order_id = order_id or new_id()
        order = replace(make_order(), expires_at=datetime.now(UTC) + timedelta(minutes=15))
        await record_order(scenario.deps, order_id=order_id, payment_id=new_id(), order=replace(order, **changes))
        return order_id

    return place


@pytest.fixture
async def order_id(place_order: PlaceOrder) -> str:
    """An open order."""
    return await place_order()


async def pay(client: httpx.AsyncClient, order_id: str, token: object = GOOD) -> httpx.Response:
    return await client.post("/api/payments", json={"token": token, "orderId": order_id})


def message(response: httpx.Response) -> str:
    [error] = response.json()["errors"]
    return str(error["message"])


async def test_paying_returns_id_and_status_and_the_same_again(
    buyer: httpx.AsyncClient, scenario: PaymentScenario, order_id: str
) -> None:
    first, second = await pay(buyer, order_id), await pay(buyer, order_id)
    scenario.order_id = order_id
    assert (first.status_code, first.json()) == (201, {"id": (await scenario.payment()).id, "status": "succeeded"})
    assert (second.status_code, second.json()) == (201, first.json())


async def test_decline_is_402_and_another_card_pays(buyer: httpx.AsyncClient, order_id: str) -> None:
    declined = await pay(buyer, order_id, DECLINED)
    text = "Your card was declined. Nothing was charged. Try another card."
    assert (declined.status_code, declined.json()) == (402, {"errors": [{"message": text}]})
    assert (await pay(buyer, order_id)).status_code == 201


@pytest.mark.parametrize(("token", "status"), [(GOOD, 201), (DECLINED, 402), (REQUIRES_3DS, 201)])
async def test_repeated_request_gets_the_same_response(
    buyer: httpx.AsyncClient, order_id: str, token: str, status: int
) -> None:
    buyer.headers["Idempotency-Key"] = "key"
    first, second = await pay(buyer, order_id, token), await pay(buyer, order_id, token)
    assert (second.status_code, second.content) == (first.status_code, first.content) == (status, first.content)
    assert (first.headers.get("Idempotency-Replayed"), second.headers["Idempotency-Replayed"]) == (None, "true")
    assert message(await pay(buyer, order_id, OTHER_GOOD)).startswith("This Idempotency-Key was used")


async def test_invalid_key_is_400(buyer: httpx.AsyncClient, order_id: str) -> None:
    buyer.headers["Idempotency-Key"] = '"'
    assert (await pay(buyer, order_id)).status_code == 400


@pytest.mark.parametrize(
    ("token", "status", "fields"),
    [(REQUIRES_3DS, "requires_action", {"id", "status", "clientSecret"}), (SLOW, "processing", {"id", "status"})],
)
async def test_unfinished_payment_is_201_with_its_status(
    buyer: httpx.AsyncClient, order_id: str, token: str, status: str, fields: set[str]
) -> None:
    response = await pay(buyer, order_id, token)
    assert (response.status_code, response.json()["status"], set(response.json())) == (201, status, fields)


@pytest.mark.parametrize("token", [OTHER_GOOD, "nonsense"])
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"status": OrderStatus.CANCELLED, "reason": CancelReason.BUYER}, "was cancelled"),
        ({"status": OrderStatus.CANCELLED, "reason": CancelReason.EXPIRED}, "has run out"),
        ({"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "has run out"),
        ({"status": OrderStatus.COMPLETE}, "already paid"),
    ],
)
async def test_closed_order_is_400_whatever_the_token(
    buyer: httpx.AsyncClient, place_order: PlaceOrder, changes: dict[str, Any], text: str, token: str
) -> None:
    response = await pay(buyer, await place_order(**changes), token)
    assert response.status_code == 400
    assert text in message(response)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Cookie": "session=garbage"}, cookie_for(BUYER, secret="another-secret-of-32-bytes-or-more"), cookie_for()],
    ids=["no session", "garbage", "forged", "another user"],
)
@pytest.mark.parametrize("token", [GOOD, "nonsense"])
async def test_request_without_the_buyers_session_is_401(
    client: httpx.AsyncClient, scenario: PaymentScenario, order_id: str, token: str, headers: dict[str, str]
) -> None:
    client.headers.update(headers)
    assert (await pay(client, order_id, token)).status_code == 401
    assert scenario.stripe.calls == []


@pytest.mark.parametrize("token", [GOOD, "nonsense"])
@pytest.mark.parametrize("order_id", [OLD_ID, "nonsense", "", "F" * 24, "f" * 25, "../etc", "x" * 10_000, "\u0000"])
async def test_unknown_order_is_404(buyer: httpx.AsyncClient, order_id: str, token: str) -> None:
    response = await pay(buyer, order_id, token)
    assert (response.status_code, message(response)) == (404, "There is no such order.")


NO_TOKENS = ["", "nonsense", "ctoken_", "pm_card visa", "pm_card_visa\n", "tok_ü", "sk_test_1", "tok_" + "x" * 10_000]


@pytest.mark.parametrize("token", [*NO_TOKENS, USED, None, 1, [GOOD], {}], ids=lambda token: repr(token)[:20])
async def test_invalid_token_is_400_and_names_the_field(
    buyer: httpx.AsyncClient, scenario: PaymentScenario, order_id: str, token: object
) -> None:
    response = await pay(buyer, order_id, token)
    [error] = response.json()["errors"]
    assert (response.status_code, error["field"]) == (400, "token")
    assert "\\" not in error["message"]
    assert scenario.stripe.captures == 0


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"token": "tok_visa"}', {"orderId"}),
        (b'{"orderId": "5f5f5f5f5f5f5f5f5f5f5f5f"}', {"token"}),
        (b'{"token": null, "orderId": 5}', {"token", "orderId"}),
        *((body, {None}) for body in (b"{", b"[]", b"", b'"tok_visa"', b"\xff")),
    ],
)
async def test_invalid_body_is_400_in_the_envelope(
    buyer: httpx.AsyncClient, body: bytes, fields: set[str | None]
) -> None:
    response = await buyer.post("/api/payments", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert {error.get("field") for error in response.json()["errors"]} == fields


async def test_unknown_fields_are_ignored(buyer: httpx.AsyncClient, order_id: str) -> None:
    body = {"token": GOOD, "orderId": order_id, "amount": 1, "currency": "eur"}
    assert (await buyer.post("/api/payments", json=body)).status_code == 201


async def test_outage_of_stripe_is_503_with_retry_after(
    buyer: httpx.AsyncClient, scenario: PaymentScenario, order_id: str
) -> None:
    scenario.stripe.loses_response_of = "confirm"
    response = await pay(buyer, order_id)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert (await pay(buyer, order_id)).status_code == 201


async def test_payment_written_by_a_newer_release_is_503(
    buyer: httpx.AsyncClient, scenario: PaymentScenario, order_id: str
) -> None:
    await scenario.store.documents.compare_and_set({"_id": order_id}, {"status": "from_a_newer_release"})
    response = await pay(buyer, order_id)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


async def test_order_recorded_while_the_request_waits_can_be_paid(
    buyer: httpx.AsyncClient, place_order: PlaceOrder
) -> None:
    order_id = new_id()
    paying = asyncio.create_task(pay(buyer, order_id))
    await asyncio.sleep(0)
    await place_order(order_id)
    assert (await paying).status_code == 201


async def test_recent_order_is_503_while_the_broker_is_down(buyer: httpx.AsyncClient, app: FastAPI) -> None:
    assert not app.state.broker.connected
    response = await pay(buyer, new_id())
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
