"""A ticket that is withdrawn, or changed in another tab."""

from playwright.async_api import expect
from tests.browser.test_keyboard import tab_to


async def test_withdraw_a_ticket_with_the_keyboard(new_user):
    seller, viewer = await new_user("seller@example.com"), await new_user()
    ticket = await seller.create_ticket("Museum night", 12.5)
    for user in (viewer, seller):
        await user.goto(f"/tickets/{ticket}")
    await expect(seller.button("Withdraw ticket")).to_be_enabled()
    await tab_to(seller, "Withdraw ticket")
    await seller.page.keyboard.press("Enter")
    await expect(seller.button("Keep ticket")).to_be_focused()
    await seller.page.keyboard.press("Enter")
    await expect(seller.button("Withdraw ticket")).to_be_focused()
    await seller.page.keyboard.press("Enter")
    await expect(seller.button("Keep ticket")).to_be_focused()
    await seller.page.keyboard.press("Shift+Tab")
    await expect(seller.button("Yes, withdraw it")).to_be_focused()
    await seller.page.keyboard.press("Enter")
    await expect(seller.text("You withdrew this ticket.")).to_be_visible()
    await expect(viewer.text("Its seller has withdrawn this ticket.")).to_be_visible()
    await expect(viewer.link("Sign in to reserve")).to_be_hidden()
    await viewer.page.reload()
    await expect(viewer.heading("Page not found")).to_be_visible()


async def test_edit_of_a_ticket_that_another_tab_changed(new_user):
    seller = await new_user("seller@example.com")
    ticket = await seller.create_ticket("Opra gala", 24)
    await seller.goto(f"/tickets/{ticket}/edit")
    title, price = seller.page.get_by_label("Title", exact=True), seller.page.get_by_label("Price")
    await seller.context.request.put(f"/api/tickets/{ticket}", data={"title": "Opera gala", "price": 30})
    await price.fill("26")
    await seller.button("Save changes").click()
    await expect(seller.alert).to_contain_text("the title is now “Opera gala”, and the price is now $30.00")
    await expect(title).to_have_value("Opera gala")
    await expect(price).to_have_value("26")
    await expect(price).to_be_focused()
    await expect(seller.text("Saving replaces $30.00.")).to_be_visible()
    await seller.button("Save changes").click()
    await expect(seller.text("$26.00")).to_be_visible()


async def test_closed_order_of_a_withdrawn_ticket_offers_others(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    ticket = await seller.create_ticket("Chess finals", 20)
    order = await buyer.create_order(ticket)
    await buyer.goto(f"/orders/{order}")
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(buyer.button("Reserve again")).to_be_visible()
    await seller.context.request.delete(f"/api/tickets/{ticket}")
    await expect(buyer.heading("Its seller has withdrawn this ticket")).to_be_visible()
