"""The time to pay: it runs by the server's clock, and out while one watches."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import expect


async def test_an_order_that_runs_out_while_watched_says_so_and_offers_the_ticket_again(arrive, hasty_shop):
    seller, buyer = await arrive("seller@example.com", at=hasty_shop), await arrive("b@example.com", at=hasty_shop)
    order = await buyer.has_order(await seller.has_ticket("Marathon", 54))
    await buyer.see(f"/orders/{order}")
    await expect(buyer.text("The time to pay has run out. No payment has come in.")).to_be_visible()
    await buyer.button("Reserve it again").click()
    await expect(buyer.page).not_to_have_url(f"{buyer.url}/orders/{order}")
    await expect(buyer.page).to_have_url(re.compile("/orders/"))


async def test_an_expired_order_says_when_somebody_else_has_the_ticket(arrive, hasty_shop):
    seller, late = await arrive("seller@example.com", at=hasty_shop), await arrive("late@example.com", at=hasty_shop)
    quick = await arrive("quick@example.com", at=hasty_shop)
    ticket = await seller.has_ticket("Marathon", 54)
    await late.see(f"/orders/{await late.has_order(ticket)}")
    await expect(late.button("Reserve it again")).to_be_visible()
    await quick.has_paid(await quick.has_order(ticket))
    await expect(late.heading("Somebody else has the ticket now")).to_be_visible()


@pytest.mark.parametrize("hours", [-1, 1])
async def test_the_countdown_is_right_when_the_visitors_clock_is_not(arrive, hours):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Chess finals", 20))
    await buyer.page.clock.install(time=datetime.now() + timedelta(hours=hours))
    await buyer.see(f"/orders/{order}")
    await buyer.page.clock.run_for(3_000)
    await expect(buyer.page.get_by_role("timer")).to_contain_text("14:")
    await expect(buyer.button("Pay $20.00")).to_be_visible()
