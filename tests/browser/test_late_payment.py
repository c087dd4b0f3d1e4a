"""The card is charged, and payments falls silent until the reservation has run out: what the buyer is shown."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import expect

from ticketing_test_support.recorder import eventually

NEWS_MS = 60_000
SLOW_ANSWER = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 8}


@pytest_asyncio.fixture(loop_scope="session")
async def stripe(hasty_shop, browser):
    """The emulator's own routes; it tells of charges late, and sends no webhook until the test is over."""
    context = await browser.new_context(base_url=hasty_shop.urls()["stripe"])
    await context.request.put("/emulator/faults", data={"faults": [SLOW_ANSWER, {"kind": "withhold"}]})
    yield context.request
    await context.request.delete("/emulator/faults")
    await context.request.post("/emulator/webhooks/release")
    await context.close()


@asynccontextmanager
async def paying_late(buyer, order, stripe, payments):
    """Inside, Stripe has the money, and payments, a process, does not know it."""
    paying = asyncio.create_task(
        buyer.context.request.post("/api/payments", data={"orderId": order, "token": "pm_card_visa"}, timeout=NEWS_MS)
    )

    async def is_charged():
        intents = (await (await stripe.get("/emulator/ledger")).json())["payment_intents"]
        return any(i["status"] == "succeeded" and i["metadata"].get("order_id") == order for i in intents)

    await eventually(is_charged, within=30, what="the charge")
    os.kill(payments, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(payments, signal.SIGCONT)
    await paying


async def test_a_late_payment_of_a_ticket_that_is_still_free_shows_as_paid(arrive, hasty_shop, stripe):
    seller, buyer = await arrive("s@example.com", at=hasty_shop), await arrive("b@example.com", at=hasty_shop)
    payments = hasty_shop.pid("payments")
    order = await buyer.has_order(await seller.has_ticket("Marathon", 54))
    async with paying_late(buyer, order, stripe, payments):
        await buyer.see(f"/orders/{order}")
        await expect(buyer.text("The time to pay has run out.")).to_be_visible(timeout=NEWS_MS)
    await expect(buyer.heading("Receipt")).to_be_visible(timeout=NEWS_MS)
    await expect(buyer.text("Paid. The ticket is yours.")).to_be_visible()


async def test_a_late_payment_of_a_ticket_that_went_to_another_shows_its_refund_and_why(arrive, hasty_shop, stripe):
    seller, buyer = await arrive("s@example.com", at=hasty_shop), await arrive("b@example.com", at=hasty_shop)
    other = await arrive("o@example.com", at=hasty_shop)
    payments = hasty_shop.pid("payments")
    ticket = await seller.has_ticket("Marathon", 54)
    order = await buyer.has_order(ticket)
    async with paying_late(buyer, order, stripe, payments):
        await buyer.see(f"/orders/{order}")
        await expect(buyer.button("Reserve it again")).to_be_visible(timeout=NEWS_MS)
        await other.has_order(ticket)
    await expect(buyer.heading("$54.00 refunded")).to_be_visible(timeout=NEWS_MS)
    await expect(buyer.text("Your payment came in after the time had run out")).to_be_visible()
