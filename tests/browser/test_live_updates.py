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
    await expect(buyer.text("You bought this ticket")).to_be_visible()
    await expect(buyer.link("continue to your order")).to_be_visible()


async def test_changed_price_is_confirmed_before_reserving(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    ticket = await seller.create_ticket("Museum night", 30)
    await buyer.page.route(f"**/api/tickets/{ticket}", lambda route: route.abort())
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
