"""The whole story, as two people live it."""

from secrets import token_hex

from playwright.async_api import expect


async def test_a_seller_lists_a_ticket_and_a_buyer_buys_it(arrive):
    seller, buyer = await arrive(), await arrive()
    title = f"Opera gala, row {token_hex(3)}"
    await sign_up(seller, "seller@example.com")
    await seller.link("Sell").click()
    await seller.page.get_by_label("What is it for?").fill(title)
    await seller.page.get_by_label("Price").fill("240")
    await seller.button("Put on sale").click()
    await expect(seller.heading(title)).to_be_visible()

    await sign_up(buyer, "buyer@example.com")
    await buyer.link(title).click()
    await buyer.button("Reserve this ticket").click()
    await expect(buyer.page.get_by_role("timer")).to_contain_text("14:")
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await expect(buyer.text("$240.00")).to_be_visible()

    await expect(seller.text("Somebody holds or has bought your ticket")).to_be_visible()
    await buyer.link("My orders").first.click()
    await expect(buyer.page.get_by_role("listitem").filter(has_text=title)).to_contain_text("Paid")
    await seller.see("/")
    await expect(seller.link(title)).to_have_count(0)


async def sign_up(visitor, email):
    email = f"{token_hex(4)}-{email}"
    await visitor.see("/")
    await visitor.link("Sign up").click()
    await visitor.page.get_by_label("Email").fill(email)
    await visitor.page.get_by_label("Password").fill("a-password")
    await visitor.button("Sign up").click()
    await expect(visitor.page.get_by_role("banner")).to_contain_text(email)


async def test_a_paid_order_shows_its_receipt_after_a_reload(arrive):
    buyer = await with_order(arrive)
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await buyer.page.reload()
    await expect(buyer.heading("Receipt")).to_be_visible()
    await buyer.page.emulate_media(media="print")
    await expect(buyer.button("Print receipt")).to_be_hidden()
    await expect(buyer.text("Total paid")).to_be_visible()


async def test_a_released_ticket_can_be_reserved_again(arrive):
    buyer = await with_order(arrive)
    await buyer.button("Release this ticket").click()
    await buyer.button("Yes, release it").click()
    await expect(buyer.text("You released this ticket.")).to_be_visible()
    await buyer.button("Reserve it again").click()
    await expect(buyer.page.get_by_role("timer")).to_be_visible()


async def test_a_seller_changes_title_and_price(arrive):
    seller = await arrive("seller@example.com")
    ticket = await seller.has_ticket("Opra gala", 24)
    await seller.see(f"/tickets/{ticket}")
    await seller.link("Change title or price").click()
    await seller.page.get_by_label("What is it for?").fill("Opera gala")
    await seller.page.get_by_label("Price").fill("24.50")
    await seller.button("Save changes").click()
    await expect(seller.heading("Opera gala")).to_be_visible()
    await expect(seller.text("$24.50")).to_be_visible()


async def test_the_search_finds_titles_while_one_types(arrive):
    seller = await arrive("seller@example.com")
    kazoo = f"Kazoo{token_hex(3)}"
    await seller.has_ticket(f"{kazoo} Orchestra", 5)
    await seller.has_ticket("Chess finals", 5)
    await seller.see("/")
    await seller.page.get_by_label("Search titles").fill(f"ORCHESTRA {kazoo.lower()}")
    await expect(seller.page).to_have_url(f"{seller.url}/?q=ORCHESTRA%20{kazoo.lower()}")
    await expect(seller.page.get_by_role("listitem")).to_have_count(1)


async def with_order(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Puppet theatre", 8))
    await buyer.see(f"/orders/{order}")
    return buyer
