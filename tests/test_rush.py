"""Everybody at once: what the original gets wrong 20 times of 20."""

import asyncio
import secrets

import httpx

from ticketing_test_support.persistence import PASSWORD


async def test_of_fifty_orders_at_once_for_one_ticket_one_is_accepted(new_person) -> None:
    seller = await new_person()
    buyers = await asyncio.gather(*(new_person() for _ in range(10)))
    ticket = await seller.lists()
    answers = await asyncio.gather(
        *(buyer.http.post("/api/orders", json={"ticketId": ticket["id"]}) for buyer in buyers * 5)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 49


async def test_of_eight_sign_ups_at_once_with_one_address_one_is_accepted(visitor: httpx.AsyncClient) -> None:
    body = {"email": f"crowd-{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    answers = await asyncio.gather(*(visitor.post("/api/users/signup", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 7


async def test_two_tabs_that_pay_one_order_charge_it_once(new_person) -> None:
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=20))
    answers = await asyncio.gather(buyer.pays(order, "pm_card_visa"), buyer.pays(order, "pm_card_mastercard"))
    assert {answer.status_code for answer in answers} <= {201, 400}
    assert 201 in {answer.status_code for answer in answers}
    await buyer.sees(order, "complete")
    assert (await buyer.order(order))["payment"]["amount"] == 20
