"""What is away shows as a calm message and a retry, never as a blank page."""

import os
import signal
from contextlib import contextmanager

from playwright.async_api import expect


@contextmanager
def silenced(pid):
    """The process stands still meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_service_that_is_away_shows_a_message_and_a_retry(arrive, shop):
    seller = await arrive("seller@example.com")
    ticket = await seller.has_ticket("Opera gala", 240)
    with silenced(shop.pid("tickets")):
        await seller.see(f"/tickets/{ticket}")
        await expect(seller.heading("This part is not answering")).to_be_visible()
    await seller.button("Try again").click()
    await expect(seller.heading("Opera gala")).to_be_visible()


async def test_while_accounts_are_away_the_list_is_still_there(arrive, shop):
    seller = await arrive("seller@example.com")
    await seller.has_ticket("Opera gala", 240)
    with silenced(shop.pid("auth")):
        await seller.see("/")
        await expect(seller.text("Accounts are not answering")).to_be_visible()
        await expect(seller.link("Opera gala").first).to_be_visible()


async def test_a_page_whose_network_is_gone_says_so_and_recovers(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Opera gala", 240))
    await buyer.see(f"/orders/{order}")
    await expect(buyer.button("Pay $240.00")).to_be_enabled()
    await buyer.context.set_offline(True)
    await expect(buyer.text("We cannot reach the box office just now.")).to_be_visible()
    await buyer.context.set_offline(False)
    await expect(buyer.page.get_by_text("We cannot reach the box office just now.")).to_have_count(0)


async def test_a_form_whose_network_is_gone_keeps_what_was_typed(arrive):
    seller = await arrive("seller@example.com")
    await seller.see("/tickets/new")
    await seller.page.get_by_label("What is it for?").fill("Opera gala")
    await seller.page.get_by_label("Price").fill("240")
    await seller.context.set_offline(True)
    await seller.button("Put on sale").click()
    await expect(seller.alert.filter(has_text="Check your connection")).to_be_visible()
    await expect(seller.page.get_by_label("What is it for?")).to_have_value("Opera gala")
