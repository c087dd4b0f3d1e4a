"""A card is charged, and payments learns of it only after the reservation has expired."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from ticketing_test_support.api import ApiClient, Json, NewClient
from ticketing_test_support.faults import frozen
from ticketing_test_support.otlp import Collector
from ticketing_test_support.stack import Stack
from ticketing_test_support.timelines import in_order, timeline_of
from ticketing_test_support.traces import REFUNDED, REINSTATED, unlinked
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def slow_stripe(stripe: httpx.AsyncClient) -> httpx.AsyncClient:
    """Responds late to confirmations, and sends no webhook until the test is over."""
    slow = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 8}
    await stripe.put("/emulator/faults", json={"faults": [slow, {"kind": "withhold"}]})
    return stripe


@asynccontextmanager
async def charged_but_expired(
    stack: Stack, stripe: httpx.AsyncClient, buyer: ApiClient, order: Json
) -> AsyncIterator[None]:
    """While inside, Stripe has charged the card, payments is frozen, and the order has expired."""

    async def is_charged() -> bool:
        intents = (await stripe.get("/emulator/ledger")).json()["payment_intents"]
        return any(i["status"] == "succeeded" and i["metadata"].get("order_id") == order["id"] for i in intents)

    paying = asyncio.create_task(buyer.pay(order))
    await eventually(is_charged, what="the charge")
    with frozen(stack, "payments"):
        await buyer.wait_for_status(order, "cancelled", "expired")
        yield
    await paying


async def test_late_payment_reinstates_order_of_free_ticket(
    new_client: NewClient, stack: Stack, slow_stripe: httpx.AsyncClient, collector: Collector
) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket(price=30))
    async with charged_but_expired(stack, slow_stripe, buyer, order):
        pass
    bought = await buyer.wait_for_status(order, "complete")
    assert bought["payment"] == {"status": "succeeded", "amount": 30, "refunded": 0}
    assert unlinked(await collector.trace_of_order(order["id"], REINSTATED), REINSTATED) == []
    told = await timeline_of(stack, order["id"])
    assert in_order(told, "orders: The reservation expires", "payments: $30.00 is", "orders: The payment came after")


async def test_late_payment_of_resold_ticket_is_refunded_once(
    new_client: NewClient, stack: Stack, slow_stripe: httpx.AsyncClient, collector: Collector
) -> None:
    seller, buyer, other = await new_client(), await new_client(), await new_client()
    ticket = await seller.create_ticket(price=31)
    order = await buyer.create_order(ticket)
    async with charged_but_expired(stack, slow_stripe, buyer, order):
        await other.create_order(ticket)
    refunded = await buyer.wait_for_payment(order, status="refunded", amount=31, refunded=31)
    assert refunded["status"] == "cancelled"
    told = await timeline_of(stack, order["id"])
    assert in_order(told, "payments: $31.00 is captured", "orders: The payment cannot", "payments: $31.00 is refunded")
    refunds = [r for r in (await slow_stripe.get("/emulator/ledger")).json()["refunds"] if r["amount"] == 3100]
    assert len(refunds) == 1
    assert unlinked(await collector.trace_of_order(order["id"], REFUNDED), REFUNDED) == []
