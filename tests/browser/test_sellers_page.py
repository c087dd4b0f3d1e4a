"""A seller's own tickets: their states, sums and export."""

import re
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect
from tests.browser.test_keyboard import tab_to


@pytest_asyncio.fixture(loop_scope="session")
async def make_seller(new_user):
    """Call it for a seller with a ticket in each state, of 1, 2, 4 and 8 dollars, and a second one on sale."""

    async def make(**options):
        seller, buyer = await new_user("seller@example.com", **options), await new_user("buyer@example.com")
        await seller.create_ticket("=1+1", 1)
        await buyer.create_order(await seller.create_ticket("Opera gala, row C", 2))
        await buyer.pay_order(await buyer.create_order(await seller.create_ticket("Chess finals", 4)))
        withdrawn = await seller.create_ticket("Museum night", 8)
        await seller.context.request.delete(f"/api/tickets/{withdrawn}")
        await seller.create_ticket("Poetry slam", 16)
        return seller

    return make


async def test_own_tickets_by_state_without_javascript(make_seller):
    seller = await make_seller(java_script_enabled=False)
    tickets = seller.page.get_by_role("main").get_by_role("listitem")
    await seller.goto("/tickets/mine")
    await expect(tickets).to_have_count(5)
    await seller.link("On sale 2").click()
    await expect(seller.page).to_have_url(f"{seller.url}/tickets/mine?state=on_sale")
    await expect(tickets).to_have_text([has("Poetry slam", "On sale"), has("=1+1", "On sale")])
    await expect(seller.link("On sale 2")).to_have_attribute("aria-current", "page")
    await seller.goto("/tickets/mine?state=reserved")
    await expect(tickets).to_have_text([has("Opera gala, row C", "Reserved until")])
    await seller.goto("/tickets/mine?state=withdrawn&after=" + "0" * 24)
    await expect(seller.heading("None of your tickets is withdrawn")).to_be_visible()
    await seller.link("Show all my tickets").click()
    await expect(tickets).to_have_count(5)


async def test_sums_and_export_with_the_keyboard(make_seller):
    seller = await make_seller()
    await seller.goto("/tickets/mine")
    sums = seller.page.locator("dl > div")
    await expect(sums).to_have_text(
        [has("Listed", "$31.00", "5 tickets"), has("Sold", "$4.00", "1 ticket"), has("Refunded", "$0.00")]
    )
    await tab_to(seller, "Sold")
    await seller.page.keyboard.press("Enter")
    await expect(seller.link("Sold 1")).to_have_attribute("aria-current", "page")
    await expect(seller.page.get_by_role("main").get_by_role("listitem")).to_have_text([has("Chess finals", "Sold")])
    await tab_to(seller, "Download CSV")
    async with seller.page.expect_download() as downloading:
        await seller.page.keyboard.press("Enter")
    download = await downloading.value
    exported = lines_of(await download.path())
    assert download.suggested_filename == "tickets.csv"
    assert len(exported) == 6
    assert exported[-1].split(",")[1:5] == ["'=1+1", "1.00", "USD", "on_sale"]


async def test_seller_without_tickets_can_list_one(new_user):
    seller = await new_user("seller@example.com")
    await seller.goto("/tickets/mine")
    await expect(seller.heading("You have not put any tickets on sale yet")).to_be_visible()
    await expect(seller.page.get_by_role("main").get_by_role("link", name="Sell a ticket")).to_be_visible()


def has(*texts):
    """These texts in this order."""
    return re.compile(".*".join(map(re.escape, texts)), re.DOTALL)


def lines_of(path):
    return Path(path).read_text(encoding="utf-8-sig").splitlines()
