"""What is away shows as a calm message and a retry, never as a blank page."""

import os
import signal
import subprocess
from contextlib import contextmanager
from urllib.request import urlopen

import pytest
from playwright.async_api import expect

from ticketing_common.testing.servers import free_port
from ticketing_local.client import SERVER
from ticketing_local.testing import wait_until


@contextmanager
def silenced(pid):
    """The process stands still meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def another_client(shop, **environment):
    """The same pages with other settings, on a port of their own; its URL."""
    port = free_port()
    settings = {"HOSTNAME": "127.0.0.1", "PORT": str(port), "API_INTERNAL_URL": shop.url, **environment}
    with subprocess.Popen(["node", str(SERVER)], env={"PATH": os.environ["PATH"], **settings}) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: answers(f"{url}/robots.txt"), "the client answers")
            yield url
        finally:
            process.kill()  # it would wait for the browser to let go of its connections


def answers(url):
    try:
        with urlopen(url, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


async def test_a_service_that_is_away_shows_a_message_and_a_retry(arrive, shop):
    seller = await arrive("seller@example.com")
    ticket = await seller.has_ticket("Opera gala", 240)
    with silenced(shop.ps()["tickets"]["pid"]):
        await seller.see(f"/tickets/{ticket}")
        await expect(seller.heading("This part is not answering")).to_be_visible()
    await seller.button("Try again").click()
    await expect(seller.heading("Opera gala")).to_be_visible()


async def test_while_accounts_are_away_the_list_is_still_there(arrive, shop):
    seller = await arrive("seller@example.com")
    await seller.has_ticket("Opera gala", 240)
    with silenced(shop.ps()["auth"]["pid"]):
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


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "must set STRIPE_PUBLISHABLE_KEY"),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, "The card form could not be loaded."),
    ],
)
async def test_a_till_that_is_not_there_says_why(arrive, shop, environment, words):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Opera gala", 240))
    await buyer.page.route("https://js.stripe.com/**", lambda route: route.abort())
    with another_client(shop, **environment) as url:
        await buyer.see(f"{url}/orders/{order}")
        await expect(buyer.text(words)).to_be_visible()


async def test_with_stripe_its_script_is_allowed_and_the_page_says_that_it_is_test_mode(arrive, shop):
    stranger = await arrive()
    with another_client(shop, STRIPE_PUBLISHABLE_KEY="pk_test_1") as url:
        answer = await stranger.page.goto(url)
        assert answer is not None
        assert "https://js.stripe.com" in answer.headers["content-security-policy"]
        await expect(stranger.text("Stripe's test mode: no money moves.")).to_be_visible()
