"""What clients of the original application send: string prices, its card tokens, trailing slashes, HEAD."""

import httpx
import pytest

from ticketing_test_support.api import NewClient, created, message

UNKNOWN = "f" * 24


async def test_string_price_is_accepted_and_returned_as_number(new_client: NewClient) -> None:
    seller = await new_client()
    ticket = created(await seller.http.post("/api/tickets", json={"title": "Opera", "price": "20.00"}))
    assert ticket["price"] == 20


async def test_original_card_token_pays(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.buy(await seller.create_ticket(), token="tok_visa")
    assert order["status"] == "complete"


async def test_order_is_checked_before_token(new_client: NewClient) -> None:
    seller, buyer, stranger = await new_client(), await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())
    unknown = await buyer.http.post("/api/payments", json={"orderId": UNKNOWN, "token": "no such form"})
    statuses = [(await client.pay(order, "no such form")).status_code for client in (stranger, buyer)]
    assert [unknown.status_code, *statuses] == [404, 401, 400]


async def test_order_shows_version_of_its_ticket(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())
    assert order["ticket"].keys() == {"id", "title", "price", "version"}


async def test_all_invalid_fields_are_reported(new_client: NewClient) -> None:
    seller = await new_client()
    response = await seller.http.post("/api/tickets", json={"title": "", "price": -1})
    assert response.status_code == 400, message(response)
    assert {error["field"] for error in response.json()["errors"]} == {"title", "price"}


@pytest.mark.parametrize("path", ["/api/tickets", "/api/tickets/", "/api/users/currentuser/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_trailing_slash_and_head_reach_the_same_route(
    anonymous: httpx.AsyncClient, method: str, path: str
) -> None:
    response = await anonymous.request(method, path)
    assert (response.status_code, response.is_redirect) == (200, False)
