"""A purchase without a mouse: only keys, and the focus is always where one can see it."""

from playwright.async_api import expect

MOST_STEPS = 40


async def test_a_ticket_is_bought_with_keys_alone(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    await seller.has_ticket("Keyboard recital", 30)
    await buyer.see("/?q=keyboard")
    await tab_to(buyer, "Keyboard recital")
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.heading("Keyboard recital")).to_be_visible()
    await tab_to(buyer, "Reserve this ticket")
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.button("Pay $30.00")).to_be_enabled()
    await type_card(buyer)
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_the_banks_dialog_keeps_the_focus_and_takes_keys(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Keyboard recital", 30))
    await buyer.see(f"/orders/{order}")
    await buyer.pay_with("Bank asks (3-D Secure)")
    await expect(buyer.button("Complete authentication")).to_be_focused()
    await buyer.page.keyboard.press("Enter")
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_the_account_menu_opens_and_closes_with_keys(arrive):
    visitor = await arrive("keys@example.com")
    await visitor.see("/")
    await tab_to(visitor, "keys-")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.button("Sign out")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.button("Sign out")).to_be_hidden()


async def test_the_first_tab_stop_skips_to_the_content(arrive):
    visitor = await arrive()
    await visitor.see("/")
    await visitor.page.keyboard.press("Tab")
    await expect(visitor.link("Skip to the content")).to_be_focused()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("main")).to_be_focused()


async def tab_to(visitor, words):
    for _ in range(MOST_STEPS):
        await visitor.page.keyboard.press("Tab")
        if words in await visitor.page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"{words!r} cannot be reached in {MOST_STEPS} steps")


async def type_card(buyer):
    await buyer.page.get_by_label("Card number").focus()
    for keys in ("4242424242424242", "Tab", "1234", "Tab", "123"):
        await (buyer.page.keyboard.press(keys) if keys == "Tab" else buyer.page.keyboard.type(keys))
