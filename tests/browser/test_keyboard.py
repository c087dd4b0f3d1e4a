"""Everything can be done with the keyboard."""

from playwright.async_api import expect

MAX_TABS = 40


async def test_buy_a_ticket_with_the_keyboard(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    await seller.create_ticket("Keyboard recital", 30)
    await buyer.goto("/?q=keyboard")
    await tab_to(buyer, "Keyboard recital")
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.heading("Keyboard recital")).to_be_visible()
    await tab_to(buyer, "Reserve this ticket")
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.button("Pay $30.00")).to_be_enabled()
    await type_card(buyer)
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_authentication_dialog_takes_the_focus(buyer):
    await buyer.pay_with("3D Secure")
    await expect(buyer.button("Complete authentication")).to_be_focused()
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_skip_link_and_account_menu(new_user):
    user = await new_user("keys@example.com")
    await user.goto("/")
    await user.page.keyboard.press("Tab")
    await expect(user.link("Skip to content")).to_be_focused()
    await tab_to(user, "keys-")
    await user.page.keyboard.press("Enter")
    await expect(user.button("Sign out")).to_be_visible()
    await user.page.keyboard.press("Escape")
    await expect(user.button("Sign out")).to_be_hidden()
    await user.link("Skip to content").press("Enter")
    await expect(user.page.get_by_role("main")).to_be_focused()


async def tab_to(user, text):
    for _ in range(MAX_TABS):
        await user.page.keyboard.press("Tab")
        if text in await user.page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"{text!r} cannot be reached with {MAX_TABS} tabs")


async def type_card(buyer):
    await buyer.page.get_by_label("Card number").focus()
    for keys in ("4242424242424242", "Tab", "1234", "Tab", "123"):
        await (buyer.page.keyboard.press(keys) if keys == "Tab" else buyer.page.keyboard.type(keys))
