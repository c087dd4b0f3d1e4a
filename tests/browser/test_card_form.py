"""Whose script takes the card is told at run time; the page says what is missing."""

import pytest
from playwright.async_api import expect
from tests.browser.another_client import another_client


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "must set STRIPE_PUBLISHABLE_KEY"),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, "The card form could not be loaded."),
    ],
)
async def test_a_till_that_is_not_there_says_why(arrive, shop, environment, words):
    buyer, order = await with_order(arrive)
    await buyer.page.route("https://js.stripe.com/**", lambda route: route.abort())
    with another_client(shop.url, **environment) as client:
        await buyer.see(f"{client.url}/orders/{order}")
        await expect(buyer.text(words)).to_be_visible()


async def test_with_a_key_of_stripe_the_page_asks_for_stripes_own_script(arrive, shop):
    buyer, order = await with_order(arrive)
    with another_client(shop.url, STRIPE_PUBLISHABLE_KEY="pk_test_1") as client:
        async with buyer.page.expect_request("https://js.stripe.com/**") as asked:
            await buyer.see(f"{client.url}/orders/{order}")
        assert (await asked.value).resource_type == "script"
        await expect(buyer.text("Stripe's test mode: no money moves.")).to_be_visible()


async def with_order(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    return buyer, await buyer.has_order(await seller.has_ticket("Opera gala", 240))
