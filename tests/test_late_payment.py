"""A card is charged, and payments learns of it only after the reservation has expired."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import pytest

from ticketing_test_support.api import ApiClient, Json, api_clients
from ticketing_test_support.faults import frozen
from ticketing_test_support.otlp import Collector
from ticketing_test_support.stack import Stack
from ticketing_test_support.timelines import in_order, timeline_of
from ticketing_test_support.traces import REFUNDED, REINSTATED, unlinked
from ticketing_test_support.waiting import eventually

FREE_PRICE, RESOLD_PRICE, WITHDRAWN_PRICE = 30, 31, 32


@dataclass(frozen=True)
class LatePayments:
    """Orders whose payment came after their expiry: of a ticket that stayed free, one resold and one withdrawn."""

    free: Json
    resold: Json
    withdrawn: Json


@pytest.fixture(scope="module")
def late(stack: Stack) -> LatePayments:
    """All at once, because a reservation takes its time to expire."""
    return asyncio.run(pay_late(stack))


async def pay_late(stack: Stack) -> LatePayments:
    """Return when the money of all orders is settled."""
    async with api_clients(stack.url) as new_client, slow_stripe(stack) as stripe:
        seller, buyer, other = await new_client(), await new_client(), await new_client()
        tickets = [await seller.create_ticket(price=price) for price in (FREE_PRICE, RESOLD_PRICE, WITHDRAWN_PRICE)]
        orders = [await buyer.create_order(ticket) for ticket in tickets]
        async with charged_but_expired(stack, stripe, buyer, orders):
            await other.create_order(tickets[1])
            await withdraw_for_all(seller, other, tickets[2])
        return LatePayments(
            free=await buyer.wait_for_status(orders[0], "complete"),
            resold=await buyer.wait_for_payment(
                orders[1], status="refunded", amount=RESOLD_PRICE, refunded=RESOLD_PRICE
            ),
            withdrawn=await buyer.wait_for_payment(
                orders[2], status="refunded", amount=WITHDRAWN_PRICE, refunded=WITHDRAWN_PRICE
            ),
        )


async def withdraw_for_all(seller: ApiClient, other: ApiClient, ticket: Json) -> None:
    """Once tickets knows that it is free; return when orders knows of the withdrawal."""

    async def is_withdrawn() -> bool:
        return (await seller.withdraw(ticket)).status_code == HTTPStatus.NO_CONTENT

    async def is_known() -> bool:
        wrong_price = {"ticketId": ticket["id"], "price": WITHDRAWN_PRICE + 1}
        return (await other.http.post("/api/orders", json=wrong_price)).status_code == HTTPStatus.NOT_FOUND

    await eventually(is_withdrawn, what="the withdrawal")
    await eventually(is_known, what="orders knowing of it")


@asynccontextmanager
async def slow_stripe(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """While inside, it responds late to confirmations, and sends no webhook."""
    slow = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 8}
    async with httpx.AsyncClient(base_url=stack.urls()["stripe"], timeout=30, trust_env=False) as http:
        await http.put("/emulator/faults", json={"faults": [slow, {"kind": "withhold"}]})
        try:
            yield http
        finally:
            await http.delete("/emulator/faults")
            await http.post("/emulator/webhooks/release")


@asynccontextmanager
async def charged_but_expired(
    stack: Stack, stripe: httpx.AsyncClient, buyer: ApiClient, orders: list[Json]
) -> AsyncIterator[None]:
    """While inside, Stripe has charged the card, payments is frozen, and the orders have expired."""
    ids = {order["id"] for order in orders}

    async def are_charged() -> bool:
        intents = (await stripe.get("/emulator/ledger")).json()["payment_intents"]
        return ids <= {i["metadata"].get("order_id") for i in intents if i["status"] == "succeeded"}

    paying = asyncio.gather(*map(buyer.pay, orders))
    await eventually(are_charged, what="the charges")
    with frozen(stack, "payments"):
        for order in orders:
            await buyer.wait_for_status(order, "cancelled", "expired")
        yield
    await paying


async def test_late_payment_reinstates_order_of_free_ticket(
    late: LatePayments, stack: Stack, collector: Collector
) -> None:
    assert late.free["payment"] == {"status": "succeeded", "amount": FREE_PRICE, "refunded": 0}
    assert unlinked(await collector.trace_of_order(late.free["id"], REINSTATED), REINSTATED) == []
    told = await timeline_of(stack, late.free["id"])
    assert in_order(told, "orders: The reservation expires", "payments: $30.00 is", "orders: The payment came after")


async def test_late_payment_of_resold_ticket_is_refunded_once(
    late: LatePayments, stack: Stack, stripe: httpx.AsyncClient, collector: Collector
) -> None:
    assert late.resold["status"] == "cancelled"
    told = await timeline_of(stack, late.resold["id"])
    assert in_order(told, "payments: $31.00 is captured", "orders: The payment cannot", "payments: $31.00 is refunded")
    refunds = [r for r in (await stripe.get("/emulator/ledger")).json()["refunds"] if r["amount"] == 3100]
    assert len(refunds) == 1
    assert unlinked(await collector.trace_of_order(late.resold["id"], REFUNDED), REFUNDED) == []


async def test_late_payment_of_withdrawn_ticket_is_refunded(late: LatePayments, stack: Stack) -> None:
    assert late.withdrawn["status"] == "cancelled"
    assert in_order(
        await timeline_of(stack, late.withdrawn["id"]),
        "stream: ticket.withdrawn",
        "payments: $32.00 is captured",
        "orders: The payment cannot buy the ticket (expired)",
        "payments: $32.00 is refunded",
    )
