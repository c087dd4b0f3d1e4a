"""What cards do: declines, mistakes, the bank's question; whatever happens, the page tells where the money is."""

import pytest_asyncio
from playwright.async_api import expect


@pytest_asyncio.fixture(loop_scope="session")
async def buyer(arrive):
    """On the page of an order that waits for payment."""
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Chess finals", 20))
    await buyer.see(f"/orders/{order}")
    return buyer


async def test_a_decline_tells_the_banks_reason_and_another_card_pays(buyer):
    await buyer.pay_with("Has no funds")
    await expect(buyer.alert).to_contain_text("insufficient funds. Nothing was charged.")
    await expect(buyer.page.get_by_role("list", name="History")).to_contain_text("Your card was declined.")
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_after_a_reload_a_decline_is_still_told(buyer):
    await buyer.pay_with("Is declined")
    await expect(buyer.alert).to_contain_text("Nothing was charged")
    await expect(buyer.button("Pay $20.00")).to_be_enabled()
    await buyer.page.reload()
    await expect(buyer.alert).to_contain_text("Your bank declined the last card.")


async def test_a_card_number_with_a_mistake_is_told_beside_its_field(buyer):
    await buyer.page.get_by_label("Card number").fill("4242 4242 4242 4241")
    await buyer.button("Pay $20.00").click()
    number = buyer.page.get_by_label("Card number")
    await expect(number).to_have_accessible_description("Your card number is invalid.")
    await expect(number).to_be_focused()


async def test_the_bank_asks_and_the_buyer_confirms(buyer):
    await buyer.pay_with("Bank asks (3-D Secure)")
    await buyer.button("Complete authentication").click()
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_the_bank_asks_and_is_refused_then_another_card_pays(buyer):
    await buyer.pay_with("Bank asks (3-D Secure)")
    await buyer.button("Fail authentication").click()
    await expect(buyer.alert).to_contain_text("Your bank did not confirm that it is you.")
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_a_reload_during_the_banks_question_leads_back_to_the_card(buyer):
    await buyer.pay_with("Bank asks (3-D Secure)")
    await expect(buyer.button("Complete authentication")).to_be_visible()
    await buyer.page.reload()
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_a_payment_whose_answer_is_lost_is_found_again(buyer):
    async def lose_the_answer(route):
        await route.fetch()
        await route.abort()

    await buyer.page.route("**/api/payments", lose_the_answer)
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()
