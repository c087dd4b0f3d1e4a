"""A double click, a retry after a lost response and the back button do one thing."""

from secrets import token_hex

from playwright.async_api import Route, expect

SUBMIT_TWICE = "form => { form.requestSubmit(); form.requestSubmit() }"


async def lose_response(route: Route) -> None:
    """The server does what was requested."""
    await route.fetch()
    await route.abort()


async def fill_in(seller, title):
    await seller.page.get_by_label("Title", exact=True).fill(title)
    await seller.page.get_by_label("Price").fill("24")


async def my(user, path):
    return await (await user.context.request.get(path)).json()


async def test_ticket_is_put_on_sale_once(new_user):
    seller, title = await new_user("seller@example.com"), f"Opera gala {token_hex(3)}"
    await seller.goto("/")
    await seller.goto("/tickets/new")
    await fill_in(seller, title)
    await seller.page.route("**/api/tickets", lose_response, times=1)
    await seller.button("Put on sale").click()
    await expect(seller.alert.filter(has_text="Check your connection")).to_be_visible()
    await seller.link("Ticketing, home").click()
    await expect(seller.page).to_have_url(f"{seller.url}/")
    await seller.page.go_back()
    await fill_in(seller, title)
    await seller.page.locator("main form").evaluate(SUBMIT_TWICE)
    await expect(seller.heading(title)).to_be_visible()
    await seller.page.go_back()
    await expect(seller.page).to_have_url(f"{seller.url}/")
    assert [ticket["title"] for ticket in await my(seller, "/api/tickets?seller=me")] == [title]


async def test_ticket_is_reserved_once_by_a_double_click(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    await buyer.goto(f"/tickets/{await seller.create_ticket('Opera gala', 24)}")
    await buyer.button("Reserve this ticket").dblclick()
    await expect(buyer.page.get_by_role("timer")).to_be_visible()
    assert len(await my(buyer, "/api/orders")) == 1
