"""A sale from both sides."""

from secrets import token_hex

from playwright.async_api import expect


async def test_sell_and_buy_a_ticket(new_user):
    seller, buyer = await new_user(), await new_user()
    title = f"Opera gala, row {token_hex(3)}"
    await sign_up(seller, "seller@example.com")
    await seller.link("Sell").click()
    await seller.button("Put on sale").click()
    await expect(seller.text("Enter a title.")).to_be_visible()
    await expect(seller.text("Enter a price")).to_be_visible()
    await seller.page.get_by_label("Title", exact=True).fill(title)
    await seller.page.get_by_label("Price").fill("240")
    await seller.button("Put on sale").click()
    await expect(seller.heading(title)).to_be_visible()

    await sign_up(buyer, "buyer@example.com")
    await buyer.link(title).click()
    await buyer.button("Reserve this ticket").click()
    await expect(buyer.page.get_by_role("timer")).to_contain_text("14:")
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await expect(buyer.text("$240.00")).to_be_visible()
    await buyer.page.reload()
    await buyer.page.emulate_media(media="print")
    await expect(buyer.button("Print receipt")).to_be_hidden()
    await expect(buyer.text("Total paid")).to_be_visible()
    await buyer.page.emulate_media(media="screen")

    await expect(seller.text("Your ticket is reserved or sold")).to_be_visible()
    await buyer.link("My orders").first.click()
    await expect(buyer.page.get_by_role("listitem").filter(has_text=title)).to_contain_text("Paid")
    await seller.goto("/")
    await expect(seller.link(title)).to_have_count(0)


async def sign_up(user, email):
    email = f"{token_hex(4)}-{email}"
    await user.goto("/")
    await user.link("Sign up").click()
    await user.page.get_by_label("Email").fill(email)
    await user.page.get_by_label("Password").fill("a-password")
    await user.button("Sign up").click()
    await expect(user.page.get_by_role("banner")).to_contain_text(email)


async def test_released_ticket_can_be_reserved_again(buyer):
    await buyer.button("Release this ticket").click()
    await buyer.button("Yes, release it").click()
    await expect(buyer.text("You released this ticket.")).to_be_visible()
    await buyer.button("Reserve again").click()
    await expect(buyer.page.get_by_role("timer")).to_be_visible()


async def test_edit_a_ticket(new_user):
    seller = await new_user("seller@example.com")
    ticket = await seller.create_ticket("Opra gala", 24)
    await seller.goto(f"/tickets/{ticket}")
    await seller.link("Edit ticket").click()
    await seller.page.get_by_label("Title", exact=True).fill("Opera gala")
    await seller.page.get_by_label("Price").fill("24.50")
    await seller.button("Save changes").click()
    await expect(seller.heading("Opera gala")).to_be_visible()
    await expect(seller.text("$24.50")).to_be_visible()


async def test_search_filters_while_typing(new_user):
    seller = await new_user("seller@example.com")
    kazoo = f"Kazoo{token_hex(3)}"
    await seller.create_ticket(f"{kazoo} Orchestra", 5)
    await seller.create_ticket("Chess finals", 5)
    await seller.goto("/")
    await seller.page.get_by_label("Search titles").fill(f"ORCHESTRA {kazoo.lower()}")
    await expect(seller.page).to_have_url(f"{seller.url}/?q=ORCHESTRA+{kazoo.lower()}")
    await expect(seller.page.get_by_role("listitem")).to_have_count(1)
    await seller.link("Ticketing, home").click()
    await expect(seller.page.get_by_label("Search titles")).to_have_value("")
