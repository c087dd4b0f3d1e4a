"""axe finds no violations on any page in either theme, and every page fits a small phone."""

from pathlib import Path

from playwright.async_api import expect

AXE = Path(__file__).parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = "async () => (await axe.run(document)).violations.map((v) => [v.id, v.nodes.map((n) => n.html)])"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
PAPER = {"light": "rgb(250, 247, 241)", "dark": "rgb(20, 18, 15)"}
IS_STILL = """(paper) => getComputedStyle(document.body).backgroundColor === paper
    && document.getAnimations().every((each) => each.playState !== "running")"""
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1180, "height": 820}
LONG_TITLE = "A title that is long enough to wrap onto several lines: row C, seat 12"


async def test_anonymous_pages(new_user):
    seller, user = await new_user("seller@example.com"), await new_user()
    ticket = await seller.create_ticket(LONG_TITLE, 999999.99)
    paths = ("/", "/?q=no-such-title", f"/tickets/{ticket}", "/signin", "/signup", "/nowhere")
    assert {path: await problems_on(user, path) for path in paths} == {path: [] for path in paths}


async def test_seller_pages(new_user):
    seller = await new_user("seller@example.com")
    ticket, withdrawn = [await seller.create_ticket("Opera gala, row C", 240) for _ in range(2)]
    await seller.context.request.delete(f"/api/tickets/{withdrawn}")
    paths = (
        "/",
        "/tickets/new",
        "/tickets/mine",
        "/tickets/mine?state=sold",
        f"/tickets/{ticket}",
        f"/tickets/{ticket}/edit",
        f"/tickets/{withdrawn}",
        "/orders",
        "/account",
    )
    assert {path: await problems_on(seller, path) for path in paths} == {path: [] for path in paths}


async def test_buyer_pages(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    tickets = [await seller.create_ticket("Opera gala, row C", 240) for _ in range(3)]
    held, paid, released = [await buyer.create_order(ticket) for ticket in tickets]
    await buyer.pay_order(paid)
    await buyer.context.request.delete(f"/api/orders/{released}")
    paths = ("/orders", f"/tickets/{tickets[0]}", f"/orders/{held}", f"/orders/{paid}", f"/orders/{released}")
    assert {path: await problems_on(buyer, path) for path in paths} == {path: [] for path in paths}


async def test_payment_dialogs(buyer):
    await buyer.pay_with("Declined")
    await expect(buyer.alert).to_be_visible()
    assert await problems(buyer) == []
    await buyer.pay_with("3D Secure")
    await expect(buyer.button("Complete authentication")).to_be_visible()
    assert await problems(buyer) == []


async def test_announced_tickets_have_no_violations_and_work_by_keyboard(new_user):
    seller, visitor = await new_user("seller@example.com"), await new_user()
    await seller.create_ticket("On sale before", 30)
    await visitor.goto("/")
    await expect(visitor.link("On sale before").first).to_be_visible()
    await seller.create_ticket("Announced", 30)
    announcement = visitor.page.get_by_role("button", name="new ticket")
    await expect(announcement).to_be_visible()
    assert await problems(visitor) == []
    await announcement.press("Enter")
    await expect(visitor.link("Announced")).to_be_visible()


async def problems_on(user, path):
    await user.goto(path)
    await expect(user.page.get_by_text("Loading")).to_have_count(0)
    if path.startswith("/orders/"):
        await expect(user.page.get_by_role("main").get_by_role("button").first).to_be_enabled()
    return await problems(user)


async def problems(user):
    """axe's violations in both themes, and whether the page is too wide for a phone."""
    await user.page.evaluate(AXE.read_text())
    found = []
    for scheme in ("light", "dark"):
        await user.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await user.page.wait_for_function(IS_STILL, arg=PAPER[scheme])
        found += [(scheme, *violation) for violation in await user.page.evaluate(RUN_AXE)]
    await user.page.set_viewport_size(PHONE)
    fits = await user.page.evaluate(FITS)
    await user.page.set_viewport_size(DESKTOP)
    return found if fits else [*found, "wider than 360 pixels"]
