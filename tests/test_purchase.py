"""Reserve, pay, cancel, expire: through the gateway, on the whole system."""

import httpx
import pytest

from ticketing_test_support.api import DECLINED_CARD, NewClient, created, message
from ticketing_test_support.waiting import eventually


async def test_ticket_is_ordered_and_paid_at_once(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket(price=12.5))
    payment = created(await buyer.pay(order))
    assert payment == {"id": payment["id"], "status": "succeeded"}
    bought = await buyer.wait_for_status(order, "complete")
    assert bought["payment"] == {"status": "succeeded", "amount": 12.5, "refunded": 0}


async def test_sold_ticket_is_not_listed_sold_or_edited(new_client: NewClient, anonymous: httpx.AsyncClient) -> None:
    seller, buyer, late = await new_client(), await new_client(), await new_client()
    ticket = await seller.create_ticket()
    order = await buyer.buy(ticket)

    async def names_its_order() -> bool:
        return (await seller.ticket(ticket)).get("orderId") == order["id"]

    await eventually(names_its_order)
    assert ticket["id"] not in {item["id"] for item in (await anonymous.get("/api/tickets?limit=100")).json()}
    assert (await late.try_order(ticket)).status_code == 400
    assert (await seller.edit_ticket(ticket, title="Cheaper", price=1)).status_code == 400


async def test_second_card_pays_after_decline(new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())
    declined = await buyer.pay(order, DECLINED_CARD)
    assert message(declined).startswith("402 ")
    assert "Nothing was charged" in message(declined)
    assert (await buyer.pay(order)).status_code == 201


async def test_unpaid_order_expires_and_frees_its_ticket(new_client: NewClient) -> None:
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    ticket = await seller.create_ticket()
    order = await buyer.create_order(ticket)
    await buyer.wait_for_status(order, "cancelled", "expired")
    assert (await buyer.pay(order)).status_code == 400
    await other.buy(ticket)


async def test_cancelled_order_frees_its_ticket_and_is_not_charged(new_client: NewClient) -> None:
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    ticket = await seller.create_ticket()
    order = await buyer.create_order(ticket)
    assert (await buyer.cancel(order)).status_code == 204
    await other.create_order(ticket)
    response = await buyer.pay(order)  # accepted while payments does not know of the cancellation
    if response.status_code == 201:
        await buyer.wait_for_payment(order, refunded=240)
    else:
        assert response.status_code == 400


@pytest.mark.parametrize("request_of", ["order", "cancel", "pay"])
async def test_order_belongs_to_its_buyer(new_client: NewClient, request_of: str) -> None:
    seller, buyer, stranger = await new_client(), await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())
    response = {
        "order": lambda: stranger.http.get(f"/api/orders/{order['id']}"),
        "cancel": lambda: stranger.cancel(order),
        "pay": lambda: stranger.pay(order),
    }[request_of]
    assert (await response()).status_code == 401
