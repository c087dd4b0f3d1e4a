"""The time to pay and the wait for another reservation run by the server's clock."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import expect


@pytest.mark.parametrize("hours", [-1, 1])
async def test_countdown_ignores_the_browsers_clock(new_user, hours):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    order = await buyer.create_order(await seller.create_ticket("Chess finals", 20))
    await buyer.page.clock.install(time=datetime.now() + timedelta(hours=hours))
    await buyer.goto(f"/orders/{order}")
    await buyer.page.clock.run_for(3_000)
    await expect(buyer.page.get_by_role("timer")).to_contain_text("14:")
    await expect(buyer.button("Pay $20.00")).to_be_visible()


async def test_ticket_just_let_go_of_can_be_reserved_after_a_wait(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    await buyer.goto(f"/tickets/{await seller.create_ticket('Chess finals', 20)}")
    refusal = {"errors": [{"message": "You held this ticket a moment ago, so others come first."}]}

    async def refuse(route):
        await route.fulfill(status=429, headers={"Retry-After": "2"}, json=refusal)

    await buyer.page.route("**/api/orders", refuse)
    await buyer.button("Reserve this ticket").click()
    await expect(buyer.text("so others come first")).to_be_visible()
    await expect(buyer.button("Reserve this ticket")).to_be_disabled()
    await expect(buyer.page.get_by_role("timer")).to_contain_text("00:0")
    await buyer.page.unroute("**/api/orders")
    await buyer.button("Reserve this ticket").click()
    await expect(buyer.page).to_have_url(re.compile("/orders/"))
