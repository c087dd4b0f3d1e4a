"""The time to pay runs out while the page is open, also before a payment that was charged in time is reported."""

import asyncio
import re
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import expect

from ticketing_test_support.faults import frozen
from ticketing_test_support.waiting import eventually

TIMEOUT_MS = 60_000
SLOW_RESPONSE = {"kind": "delay", "when": "after", "path": "/v1/payment_intents/*/confirm", "seconds": 8}


@pytest_asyncio.fixture(loop_scope="session")
async def stripe(short_hold_site, browser):
    """The emulator's own routes. It responds late to confirmations and withholds webhooks until the test is over."""
    context = await browser.new_context(base_url=short_hold_site.urls()["stripe"])
    await context.request.put("/emulator/faults", data={"faults": [SLOW_RESPONSE, {"kind": "withhold"}]})
    yield context.request
    await context.request.delete("/emulator/faults")
    await context.request.post("/emulator/webhooks/release")
    await context.close()


@asynccontextmanager
async def late_payment(site, buyer, order, stripe):
    """Inside, the card is charged and payments is frozen before it knows."""
    request = asyncio.create_task(
        buyer.context.request.post(
            "/api/payments", data={"orderId": order, "token": "pm_card_visa"}, timeout=TIMEOUT_MS
        )
    )

    async def is_charged():
        intents = (await (await stripe.get("/emulator/ledger")).json())["payment_intents"]
        return any(i["status"] == "succeeded" and i["metadata"].get("order_id") == order for i in intents)

    await eventually(is_charged, within=30, what="the charge")
    with frozen(site, "payments"):
        yield
    await request


async def test_expired_order_can_be_reserved_again(new_user, short_hold_site):
    seller, buyer = [await new_user(email) for email in ("s@example.com", "b@example.com")]
    order = await buyer.create_order(await seller.create_ticket("Marathon", 54))
    await buyer.goto(f"/orders/{order}")
    await expect(buyer.text("The time to pay has run out. No payment has been received.")).to_be_visible()
    await buyer.button("Reserve again").click()
    await expect(buyer.page).not_to_have_url(f"{buyer.url}/orders/{order}")
    await expect(buyer.page).to_have_url(re.compile("/orders/"))


async def test_expired_order_says_when_someone_else_has_the_ticket(new_user, short_hold_site):
    seller, buyer, other = [await new_user(f"{name}@example.com") for name in "sbo"]
    ticket = await seller.create_ticket("Marathon", 54)
    await buyer.goto(f"/orders/{await buyer.create_order(ticket)}")
    await expect(buyer.button("Reserve again")).to_be_visible()
    await other.pay_order(await other.create_order(ticket))
    await expect(buyer.heading("Someone else has this ticket now")).to_be_visible()


async def test_late_payment_of_an_available_ticket_shows_as_paid(new_user, short_hold_site, stripe):
    seller, buyer = [await new_user(f"{name}@example.com") for name in "sb"]
    order = await buyer.create_order(await seller.create_ticket("Marathon", 54))
    async with late_payment(short_hold_site, buyer, order, stripe):
        await buyer.goto(f"/orders/{order}")
        await expect(buyer.text("The time to pay has run out.")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(buyer.heading("Receipt")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(buyer.text("Paid. The ticket is yours.")).to_be_visible()


async def test_late_payment_of_a_taken_ticket_shows_the_refund(new_user, short_hold_site, stripe):
    seller, buyer, other = [await new_user(f"{name}@example.com") for name in "sbo"]
    ticket = await seller.create_ticket("Marathon", 54)
    order = await buyer.create_order(ticket)
    async with late_payment(short_hold_site, buyer, order, stripe):
        await buyer.goto(f"/orders/{order}")
        await expect(buyer.button("Reserve again")).to_be_visible(timeout=TIMEOUT_MS)
        await other.create_order(ticket)
    await expect(buyer.heading("$54.00 refunded")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(buyer.text("Your payment arrived after the time had run out")).to_be_visible()
