"""What changes elsewhere shows while one watches."""

from playwright.async_api import expect


async def test_a_ticket_that_somebody_takes_says_so_and_says_when_it_is_back(arrive):
    seller, watcher = await arrive("seller@example.com"), await arrive("watcher@example.com")
    quick = await arrive("quick@example.com")
    ticket = await seller.has_ticket("Museum night", 12.5)
    await watcher.see(f"/tickets/{ticket}")
    await expect(watcher.button("Reserve this ticket")).to_be_enabled()
    order = await quick.has_order(ticket)
    await expect(watcher.text("Somebody was quicker")).to_be_visible()
    await quick.context.request.delete(f"/api/orders/{order}")
    await expect(watcher.button("Reserve this ticket")).to_be_visible()


async def test_who_comes_a_moment_late_is_told(arrive):
    seller, late, quick = await arrive("s@example.com"), await arrive("late@example.com"), await arrive("q@example.com")
    ticket = await seller.has_ticket("Museum night", 12.5)
    await late.page.route(f"**/api/tickets/{ticket}", lambda route: route.abort())
    await late.see(f"/tickets/{ticket}")
    await quick.has_order(ticket)
    await late.button("Reserve this ticket").click()
    await expect(late.alert).to_contain_text("already reserved")


async def test_an_order_paid_in_another_window_shows_its_receipt(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Museum night", 12.5))
    await buyer.see(f"/orders/{order}")
    await buyer.has_paid(order)
    await expect(buyer.heading("Receipt")).to_be_visible()


async def test_an_order_given_up_in_another_window_says_so(arrive):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Museum night", 12.5))
    await buyer.see(f"/orders/{order}")
    await expect(buyer.button("Pay $12.50")).to_be_enabled()
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(buyer.text("You released this ticket.")).to_be_visible()


async def test_a_payment_that_was_refunded_after_the_sale_shows_on_the_receipt(arrive, shop):
    seller, buyer = await arrive("seller@example.com"), await arrive("buyer@example.com")
    order = await buyer.has_order(await seller.has_ticket("Museum night", 12.5))
    await buyer.has_paid(order)
    emulator = f"{shop.urls()['stripe']}/emulator"
    intents = await (await buyer.context.request.get(f"{emulator}/ledger")).json()
    [intent] = [i["id"] for i in intents["payment_intents"] if i["metadata"]["order_id"] == order]
    await buyer.context.request.post(f"{emulator}/refund", data={"payment_intent": intent, "amount": 250})
    await buyer.see(f"/orders/{order}")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await expect(buyer.text("$2.50 of this payment went back to your card.")).to_be_visible()
