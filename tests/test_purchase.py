"""Reserve, pay, change one's mind, run out of time: through the gateway, on the whole stack."""

from functools import partial
from typing import Any

import httpx

from ticketing_test_support.waiting import eventually


async def test_a_ticket_just_listed_can_be_ordered_and_paid_at_once(new_person) -> None:
    seller, buyer = await new_person(), await new_person()
    ticket = await seller.lists(price=12.5)
    order = await buyer.orders(ticket)
    paid = await buyer.pays(order)
    assert paid.status_code == 201
    assert paid.json() == {"id": paid.json()["id"], "status": "succeeded"}
    await buyer.sees(order, "complete")
    assert (await buyer.order(order))["payment"] == {"status": "succeeded", "amount": 12.5, "refunded": 0}


async def test_a_sold_ticket_is_neither_listed_nor_sold_nor_edited_again(
    new_person, visitor: httpx.AsyncClient
) -> None:
    seller, buyer, late = await new_person(), await new_person(), await new_person()
    ticket = await seller.lists()
    order = await buyer.orders(ticket)
    await buyer.pays(order)
    await buyer.sees(order, "complete")
    assert (await late.http.post("/api/orders", json={"ticketId": ticket["id"]})).status_code == 400

    async def knows_its_order() -> bool:
        return bool((await visitor.get(f"/api/tickets/{ticket['id']}")).json().get("orderId") == order["id"])

    await eventually(knows_its_order)
    assert ticket["id"] not in {item["id"] for item in (await visitor.get("/api/tickets?limit=100")).json()}
    edit = await seller.http.put(f"/api/tickets/{ticket['id']}", json={"title": "Cheaper", "price": 1})
    assert edit.status_code == 400


async def test_after_a_declined_card_another_one_pays(new_person) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists())
    declined = await buyer.pays(order, "pm_card_visa_chargeDeclined")
    assert declined.status_code == 402
    assert "Nothing was charged" in declined.json()["errors"][0]["message"]
    assert (await buyer.pays(order)).status_code == 201
    await buyer.sees(order, "complete")


async def test_the_originals_card_tokens_still_work(new_person) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists())
    assert (await buyer.pays(order, "tok_visa")).status_code == 201


async def test_an_order_that_is_not_paid_expires_and_its_ticket_is_free_again(new_person) -> None:
    seller, buyer, other = await new_person(), await new_person(), await new_person()
    ticket = await seller.lists()
    order = await buyer.orders(ticket)
    await buyer.sees(order, "cancelled", "expired")
    refused = await buyer.pays(order)
    assert refused.status_code == 400
    again = await other.orders(ticket)
    assert (await other.pays(again)).status_code == 201


async def test_a_cancelled_order_frees_its_ticket(new_person) -> None:
    seller, buyer, other = await new_person(), await new_person(), await new_person()
    ticket = await seller.lists()
    order = await buyer.orders(ticket)
    assert (await buyer.http.delete(f"/api/orders/{order['id']}")).status_code == 204
    await other.orders(ticket)


async def test_paying_an_order_just_given_up_charges_nothing_in_the_end(new_person) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists())
    await buyer.http.delete(f"/api/orders/{order['id']}")
    answer = await buyer.pays(order)  # accepted where payments has not heard of the cancellation yet
    assert answer.status_code in {201, 400}
    if answer.status_code == 201:
        await buyer.sees(order, "cancelled", "buyer")
        await eventually(partial(_is_refunded, buyer, order), what="the refund")


async def test_an_order_is_its_buyers_own(new_person) -> None:
    seller, buyer, stranger = await new_person(), await new_person(), await new_person()
    order = await buyer.orders(await seller.lists())
    assert (await stranger.http.get(f"/api/orders/{order['id']}")).status_code == 401
    assert (await stranger.http.delete(f"/api/orders/{order['id']}")).status_code == 401
    assert (await stranger.pays(order)).status_code == 401
    assert order["id"] in {item["id"] for item in (await buyer.http.get("/api/orders")).json()}


async def _is_refunded(buyer, order: dict[str, Any]) -> bool:
    payment = (await buyer.order(order)).get("payment")
    return payment is not None and payment["refunded"] == payment["amount"]
