"""Open pages follow changes made elsewhere."""

from playwright.async_api import expect

from ticketing_test_support.waiting import eventually


async def test_ticket_page_follows_a_reservation(new_user):
    seller, viewer, buyer = [await new_user(f"{name}@example.com") for name in ("seller", "viewer", "buyer")]
    ticket = await seller.create_ticket("Museum night", 12.5)
    await viewer.goto(f"/tickets/{ticket}")
    await expect(viewer.button("Reserve this ticket")).to_be_enabled()
    order = await buyer.create_order(ticket)
    await expect(viewer.text("Someone else has just reserved")).to_be_visible()
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(viewer.button("Reserve this ticket")).to_be_visible()


async def test_own_reservation_links_to_its_order(new_user):
    async def lose_response(route):
        await route.fetch()
        await route.abort()

    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    path = f"/tickets/{await seller.create_ticket('Museum night', 12.5)}"
    second_tab = await buyer.context.new_page()
    await second_tab.goto(path)
    await buyer.goto(path)
    await buyer.page.route("**/api/orders", lose_response)
    await buyer.button("Reserve this ticket").click()
    await expect(second_tab.get_by_text("You reserved this ticket")).to_be_visible()
    await buyer.link("continue to your order").click()
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await buyer.page.go_back()
    await expect(buyer.text("Bought by you")).to_be_visible()
    await expect(buyer.text("You bought this ticket")).to_be_visible()
    await expect(buyer.link("see your order")).to_be_visible()


async def test_changed_price_is_confirmed_before_reserving(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    ticket = await seller.create_ticket("Museum night", 30)
    for path in (ticket, "stream"):
        await buyer.page.route(f"**/api/tickets/{path}", lambda route: route.abort())
    await buyer.goto(f"/tickets/{ticket}")
    await seller.context.request.put(f"/api/tickets/{ticket}", data={"title": "Museum night", "price": 99})
    await buyer.button("Reserve this ticket").click()
    await expect(buyer.text("The price is now $99.00. Reserve at this price?")).to_be_visible()
    await buyer.button("Reserve for $99.00").click()
    await expect(buyer.button("Pay $99.00")).to_be_visible()


async def test_order_page_follows_a_release(buyer):
    await expect(buyer.button("Pay $20.00")).to_be_enabled()
    await buyer.context.request.delete(f"/api{buyer.page.url.removeprefix(buyer.url)}")
    await expect(buyer.text("You released this ticket.")).to_be_visible()


async def test_order_page_follows_a_payment_and_a_partial_refund(buyer, site):
    order = buyer.page.url.rpartition("/")[2]
    await buyer.pay_order(order)
    await expect(buyer.heading("Receipt")).to_be_visible()
    emulator = f"{site.urls()['stripe']}/emulator"
    intents = await (await buyer.context.request.get(f"{emulator}/ledger")).json()
    [intent] = [i["id"] for i in intents["payment_intents"] if i["metadata"]["order_id"] == order]
    await buyer.api_post(f"{emulator}/refunds", payment_intent=intent, amount=250)

    async def refund_is_shown():
        await buyer.page.reload()
        return await buyer.text("Paid. $2.50 was refunded. The ticket is yours.").is_visible()

    await eventually(refund_is_shown, within=30, what="the refund")


async def test_landing_page_changes_in_place(new_user):
    seller, visitor = await new_user("seller@example.com"), await new_user()
    first, second = [await seller.create_ticket(title, 30) for title in ("Live: first", "Live: second")]
    await visitor.goto("/")
    cards = visitor.page.get_by_role("main").get_by_role("listitem")
    card = cards.filter(has_text="Live: first")
    await expect(card).to_contain_text("Available")
    places = [await each.bounding_box() for each in await cards.all()]
    buyer = await new_user("buyer@example.com")
    order = await buyer.create_order(first)
    await expect(card).to_contain_text("Reserved")
    await seller.context.request.put(f"/api/tickets/{second}", data={"title": "Live: second", "price": 31})
    await expect(cards.filter(has_text="Live: second")).to_contain_text("$31.00")
    await seller.create_ticket("Live: third", 30)
    await expect(visitor.button("1 new ticket")).to_be_visible()
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(card).to_contain_text("Available")
    assert [await each.bounding_box() for each in await cards.all()] == places
    await visitor.button("1 new ticket").click()
    await expect(cards.filter(has_text="Live: third")).to_be_visible()
    await expect(visitor.button("1 new ticket")).to_be_hidden()


async def test_followed_ticket_is_not_polled(new_user):
    seller, visitor, buyer = await new_user("seller@example.com"), await new_user(), await new_user("buyer@example.com")
    ticket = await seller.create_ticket("Museum night", 12.5)
    reads, streams = [], []
    visitor.page.on("request", lambda r: reads.append(r.url) if r.url.endswith(f"/api/tickets/{ticket}") else None)
    visitor.page.on("request", lambda r: streams.append(r.url) if r.url.endswith("/stream") else None)
    await visitor.goto(f"/tickets/{ticket}")
    await expect(visitor.link("Sign in to reserve")).to_be_visible()
    order = await buyer.create_order(ticket)
    await expect(visitor.text("Someone else has just reserved")).to_be_visible()
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(visitor.link("Sign in to reserve")).to_be_visible()
    assert (len(reads), len(streams)) == (1, 1)  # when it opened


async def test_pages_poll_when_streams_are_refused(new_user):
    seller, visitor, buyer = await new_user("seller@example.com"), await new_user(), await new_user("buyer@example.com")
    refused = {"status": 503, "content_type": "application/json", "body": '{"errors": []}'}
    await visitor.page.route("**/stream", lambda route: route.fulfill(**refused))
    ticket = await seller.create_ticket("Museum night", 12.5)
    await visitor.goto(f"/tickets/{ticket}")
    await expect(visitor.link("Sign in to reserve")).to_be_visible()
    await buyer.create_order(ticket)
    await expect(visitor.text("Someone else has just reserved")).to_be_visible()


async def test_my_orders_change_in_place(buyer):
    order = buyer.page.url.rpartition("/")[2]
    tab = await buyer.context.new_page()
    await tab.goto("/orders")
    card = tab.get_by_role("main").get_by_role("listitem").first
    await expect(card).to_contain_text("Awaiting payment")
    await buyer.pay_order(order)
    await expect(card).to_contain_text("Paid")
