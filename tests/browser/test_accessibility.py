"""axe finds nothing, on any page, by day and by night; and all of it fits on a small phone."""

from pathlib import Path

from playwright.async_api import expect

AXE = Path(__file__).parents[2] / "client" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = "async () => (await axe.run(document)).violations.map((v) => [v.id, v.nodes.map((n) => n.html)])"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
PAPER = {"light": "rgb(250, 247, 241)", "dark": "rgb(20, 18, 15)"}
IS_STILL = """(paper) => getComputedStyle(document.body).backgroundColor === paper
    && document.getAnimations().every((each) => each.playState !== "running")"""
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1180, "height": 820}


async def test_the_pages_of_a_stranger(arrive):
    seller, stranger = await arrive("seller@example.com"), await arrive()
    ticket = await seller.has_ticket(
        "A title of quite some length, so that it has to be broken: row C, seat 12", 999999.99
    )
    paths = ("/", "/?q=nothing-is-called-so", f"/tickets/{ticket}", "/signin", "/signup", "/nowhere")
    assert {path: await troubles_on(stranger, path) for path in paths} == {path: [] for path in paths}


async def test_the_pages_of_a_seller(arrive):
    seller = await arrive("seller@example.com")
    ticket = await seller.has_ticket("Opera gala, row C", 240)
    paths = ("/", "/tickets/new", "/tickets/mine", f"/tickets/{ticket}", f"/tickets/{ticket}/edit", "/orders")
    assert {path: await troubles_on(seller, path) for path in paths} == {path: [] for path in paths}


async def test_the_pages_of_a_buyer(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    tickets = [await seller.has_ticket("Opera gala, row C", 240) for _ in range(3)]
    held, paid, released = [await buyer.has_order(ticket) for ticket in tickets]
    await buyer.has_paid(paid)
    await buyer.context.request.delete(f"/api/orders/{released}")
    paths = ("/orders", f"/tickets/{tickets[0]}", f"/orders/{held}", f"/orders/{paid}", f"/orders/{released}")
    assert {path: await troubles_on(buyer, path) for path in paths} == {path: [] for path in paths}


async def test_the_moments_of_a_payment(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    await buyer.see(f"/orders/{await buyer.has_order(await seller.has_ticket('Opera gala', 240))}")
    await buyer.pay_with("Is declined")
    await expect(buyer.alert).to_be_visible()
    assert await troubles(buyer) == []
    await buyer.pay_with("Bank asks (3-D Secure)")
    await expect(buyer.button("Complete authentication")).to_be_visible()
    assert await troubles(buyer) == []


async def troubles_on(visitor, path):
    await visitor.see(path)
    await expect(visitor.page.get_by_text("Loading")).to_have_count(0)
    if path.startswith("/orders/"):
        await expect(visitor.page.get_by_role("main").get_by_role("button").first).to_be_enabled()
    return await troubles(visitor)


async def troubles(visitor):
    """What axe finds by day and by night, and whether a small phone is too small."""
    await visitor.page.evaluate(AXE.read_text())
    found = []
    for scheme in ("light", "dark"):
        await visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await visitor.page.wait_for_function(IS_STILL, arg=PAPER[scheme])
        found += [(scheme, *trouble) for trouble in await visitor.page.evaluate(RUN_AXE)]
    await visitor.page.set_viewport_size(PHONE)
    fits = await visitor.page.evaluate(FITS)
    await visitor.page.set_viewport_size(DESK)
    return found if fits else [*found, "wider than 360 pixels"]
