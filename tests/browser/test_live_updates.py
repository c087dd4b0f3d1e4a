"""Open pages follow changes made elsewhere."""

from playwright.async_api import expect


async def test_ticket_page_follows_a_reservation(new_user):
    seller, viewer, buyer = [await new_user(f"{name}@example.com") for name in ("seller", "viewer", "buyer")]
    ticket = await seller.create_ticket("Museum night", 12.5)
    await viewer.goto(f"/tickets/{ticket}")
    await expect(viewer.button("Reserve this ticket")).to_be_enabled()
    order = await buyer.create_order(ticket)
    await expect(viewer.text("Someone else has just reserved")).to_be_visible()
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(viewer.button("Reserve this ticket")).to_be_visible()


async def test_reserving_a_taken_ticket_shows_an_error(new_user):
    seller, late, buyer = [await new_user(f"{name}@example.com") for name in ("seller", "late", "buyer")]
    ticket = await seller.create_ticket("Museum night", 12.5)
    await late.page.route(f"**/api/tickets/{ticket}", lambda route: route.abort())
    await late.goto(f"/tickets/{ticket}")
    await buyer.create_order(ticket)
    await late.button("Reserve this ticket").click()
    await expect(late.alert).to_contain_text("already reserved")


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
    await buyer.context.request.post(f"{emulator}/refund", data={"payment_intent": intent, "amount": 250})
    await expect(buyer.text("$2.50 of this payment was refunded to your card.")).to_be_visible()
