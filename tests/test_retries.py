"""Requests with an Idempotency-Key, fifty at once over the replicas: one effect, and equal responses."""

import asyncio
from typing import Any

import httpx

from ticketing_test_support.api import DECLINED_CARD, GOOD_CARD, ApiClient, NewClient, message

TWINS = 50


async def post(user: ApiClient, path: str, body: dict[str, Any]) -> httpx.Response:
    return await user.http.post(path, json=body, headers={"Idempotency-Key": f"{path} {body}"})


async def post_twins(user: ApiClient, path: str, **body: Any) -> httpx.Response:
    """The one response to the same request, sent many times at once and then once more."""
    responses = await asyncio.gather(*(post(user, path, body) for _ in range(TWINS)))
    responses.append(await post(user, path, body))
    assert len({(response.status_code, response.content) for response in responses}) == 1
    assert [response.headers.get("Idempotency-Replayed") for response in responses].count(None) == 1
    return responses[0]


async def test_twins_create_one_ticket(new_client: NewClient) -> None:
    seller = await new_client()
    ticket = (await post_twins(seller, "/api/tickets", title="Opera gala", price=20)).json()
    assert [listed["id"] for listed in (await seller.http.get("/api/tickets?seller=me")).json()] == [ticket["id"]]


async def test_twins_place_one_order(new_client: NewClient) -> None:
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    ticket = await seller.create_ticket()
    await other.cancel(await other.create_order(ticket))  # now all replicas know the ticket
    order = (await post_twins(buyer, "/api/orders", ticketId=ticket["id"])).json()
    assert [listed["id"] for listed in (await buyer.http.get("/api/orders")).json()] == [order["id"]]


async def test_twins_pay_once(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket(price=20))
    await buyer.pay(order, DECLINED_CARD)  # now payments knows the order
    declined = await post_twins(buyer, "/api/payments", orderId=order["id"], token="pm_card_chargeDeclinedExpiredCard")
    paid = await post_twins(buyer, "/api/payments", orderId=order["id"], token=GOOD_CARD)
    assert (message(declined)[:4], paid.status_code) == ("402 ", 201)
    complete = await buyer.wait_for_status(order, "complete")
    assert complete["payment"] == {"status": "succeeded", "amount": 20, "refunded": 0}
    assert [entry["step"] for entry in complete["history"]] == ["reserved", "declined", "declined", "paid", "completed"]
