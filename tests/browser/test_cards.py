"""Declines, typing errors and bank authentication: the page always says whether money was charged."""

from playwright.async_api import expect


async def test_decline_shows_the_reason_and_survives_a_reload(buyer):
    await buyer.pay_with("Insufficient funds")
    await expect(buyer.alert).to_contain_text("insufficient funds. Nothing was charged.")
    await expect(buyer.page.get_by_role("list", name="History")).to_contain_text("Your card was declined.")
    await expect(buyer.button("Pay $20.00")).to_be_enabled()
    await buyer.page.reload()
    await expect(buyer.page.get_by_text("Your card was declined. Nothing was charged.")).to_be_visible()
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_invalid_card_number_is_shown_at_its_field(buyer):
    number = buyer.page.get_by_label("Card number")
    await number.fill("4242 4242 4242 4241")
    await buyer.button("Pay $20.00").click()
    await expect(number).to_have_accessible_description("Your card number is invalid.")
    await expect(number).to_be_focused()


async def test_failed_authentication_allows_another_card(buyer):
    await buyer.pay_with("3D Secure")
    await buyer.button("Fail authentication").click()
    await expect(buyer.alert).to_contain_text("Your bank could not confirm your identity.")
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_reload_during_authentication_returns_to_the_card_form(buyer):
    await buyer.pay_with("3D Secure")
    await expect(buyer.button("Complete authentication")).to_be_visible()
    await buyer.page.reload()
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_payment_with_a_lost_response_shows_the_receipt(buyer):
    async def lose_response(route):
        await route.fetch()
        await route.abort()

    await buyer.page.route("**/api/payments", lose_response)
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
