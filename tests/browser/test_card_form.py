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
async def test_missing_card_form_is_explained(buyer, site, environment, message):
    await buyer.page.route("https://js.stripe.com/**", lambda route: route.abort())
    with client_process(site.url, **environment) as client:
        await buyer.goto(buyer.page.url.replace(site.url, client.url))
        await expect(buyer.text(message)).to_be_visible()


async def test_stripe_key_loads_stripes_script(buyer, site):
    with client_process(site.url, STRIPE_PUBLISHABLE_KEY="pk_test_1") as client:
        async with buyer.page.expect_request("https://js.stripe.com/**") as request:
            await buyer.goto(buyer.page.url.replace(site.url, client.url))
        assert (await request.value).resource_type == "script"
        await expect(buyer.text("Test mode: no real payments.")).to_be_visible()
