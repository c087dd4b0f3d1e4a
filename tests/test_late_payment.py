"""The card is charged, and payments falls silent until the reservation has run out."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest

from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def stripe_control(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The emulator's own routes; it tells of charges late and sends no webhook until the test is over."""
    async with httpx.AsyncClient(base_url=f"{stack.ps()['stripe']['url']}/emulator", trust_env=False) as http:
        slow_answer = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 8}
        await http.put("/faults", json={"faults": [slow_answer, {"kind": "withhold"}]})
        yield http
        await http.delete("/faults")
        await http.post("/webhooks/release")


@contextmanager
def silenced(pid: int) -> Iterator[None]:
    """The process stands still meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _pid_of_payments(stack: Stack) -> int:
    """Asked before anything is ordered: asking takes a second or, on a busy machine, as long as a reservation lasts."""
    pid: int = stack.ps()["payments"]["pid"]
    return pid


async def _charged(order, stripe_control: httpx.AsyncClient) -> None:
    """Wait until Stripe has the money, which payments does not know yet."""

    async def is_charged() -> bool:
        intents = (await stripe_control.get("/ledger")).json()["payment_intents"]
        return any(i["status"] == "succeeded" and i["metadata"].get("order_id") == order["id"] for i in intents)

    await eventually(is_charged, what="the charge")


async def test_a_late_payment_of_a_ticket_that_is_still_free_brings_the_order_back(
    new_person, stack: Stack, stripe_control: httpx.AsyncClient
) -> None:
    payments = _pid_of_payments(stack)
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=30))
    paying = asyncio.create_task(buyer.pays(order))
    await _charged(order, stripe_control)
    with silenced(payments):
        await buyer.sees(order, "cancelled", "expired")
    await buyer.sees(order, "complete")
    await paying
    assert (await buyer.order(order))["payment"] == {"status": "succeeded", "amount": 30, "refunded": 0}


async def test_a_late_payment_of_a_ticket_that_went_to_another_is_refunded_once(
    new_person, stack: Stack, stripe_control: httpx.AsyncClient
) -> None:
    payments = _pid_of_payments(stack)
    seller, buyer, other = await new_person(), await new_person(), await new_person()
    ticket = await seller.lists(price=30)
    order = await buyer.orders(ticket)
    paying = asyncio.create_task(buyer.pays(order))
    await _charged(order, stripe_control)
    with silenced(payments):
        await buyer.sees(order, "cancelled", "expired")
        await other.orders(ticket)

    async def is_refunded() -> bool:
        return (await buyer.order(order)).get("payment") == {"status": "refunded", "amount": 30, "refunded": 30}

    await eventually(is_refunded, within=20, what="the refund")
    await paying
    assert (await buyer.order(order))["status"] == "cancelled"
    refunds = [r for r in (await stripe_control.get("/ledger")).json()["refunds"] if r["amount"] == 3000]
    assert len(refunds) == 1
