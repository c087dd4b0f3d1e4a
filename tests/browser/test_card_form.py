"""Which card form is loaded is decided at run time; the page says what is missing."""

import pytest
from playwright.async_api import expect
from tests.browser.client_process import client_process


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "must set STRIPE_PUBLISHABLE_KEY"),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, "The card form could not be loaded."),
    ],
)
async def test_missing_card_form_is_explained(new_user, site, environment, message):
    buyer, order = await with_order(new_user)
    await buyer.page.route("https://js.stripe.com/**", lambda route: route.abort())
    with client_process(site.url, **environment) as client:
        await buyer.goto(f"{client.url}/orders/{order}")
        await expect(buyer.text(message)).to_be_visible()


async def test_stripe_key_loads_stripes_script(new_user, site):
    buyer, order = await with_order(new_user)
    with client_process(site.url, STRIPE_PUBLISHABLE_KEY="pk_test_1") as client:
        async with buyer.page.expect_request("https://js.stripe.com/**") as request:
            await buyer.goto(f"{client.url}/orders/{order}")
        assert (await request.value).resource_type == "script"
        await expect(buyer.text("Test mode: no real payments.")).to_be_visible()


async def with_order(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    return buyer, await buyer.create_order(await seller.create_ticket("Opera gala", 240))
