"""A user who waits for a reserved ticket is told when it is available: on the open page, and by the browser."""

from playwright.async_api import expect
from tests.browser.test_accessibility import problems
from tests.browser.test_keyboard import tab_to

from ticketing_test_support.waiting import eventually

TITLE = "Alerts: opera gala"
RECORD_NOTIFICATIONS = """window.shown = [];
window.Notification = class extends window.Notification {
    constructor(title, options) { super(title, options); window.shown.push([title, options.body]) }
    static get permission() { return "granted" }
};"""


async def test_user_is_told_once_when_the_ticket_is_available(new_user):
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    viewer = await new_user("viewer@example.com", permissions=["notifications"])
    await viewer.page.add_init_script(RECORD_NOTIFICATIONS)
    ticket = await seller.create_ticket(TITLE, 240)
    order = await buyer.create_order(ticket)
    await viewer.goto(f"/tickets/{ticket}")
    await expect(viewer.button("Tell me when it is available")).to_be_enabled()
    await tab_to(viewer, "Tell me when it is available")
    await viewer.page.keyboard.press("Enter")
    await expect(viewer.button("Do not tell me")).to_be_enabled()
    await viewer.page.reload()
    await expect(viewer.button("Do not tell me")).to_be_enabled()
    assert await problems(viewer) == []
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(viewer.text("This ticket is available now.")).to_be_visible()
    await expect(viewer.button("Reserve this ticket")).to_be_enabled()

    async def notifications():
        return await viewer.page.evaluate("window.shown") == [["Available again", TITLE]]

    await eventually(notifications, what="one notification")


async def test_my_orders_list_what_the_user_waits_for(new_user):
    seller, buyer, viewer = [await new_user(f"{name}@example.com") for name in ("seller", "buyer", "viewer")]
    ticket = await seller.create_ticket(TITLE, 240)
    await buyer.create_order(ticket)

    async def is_waiting():
        return (await viewer.context.request.put(f"/api/tickets/{ticket}/alert")).ok

    await eventually(is_waiting, what="tickets to hear of the reservation")
    await viewer.goto("/orders")
    alerts = viewer.page.get_by_role("region", name="Availability alerts")
    await expect(alerts.get_by_role("listitem")).to_contain_text("Waiting")
    await expect(alerts.get_by_role("button")).to_be_enabled()
    assert await problems(viewer) == []
    await viewer.button(f"Do not tell me: {TITLE}").click()
    await expect(alerts).to_be_hidden()
    await viewer.page.goto(f"/tickets/{ticket}")
    await expect(viewer.button("Tell me when it is available")).to_be_visible()


async def test_signed_out_visitor_signs_in_first(new_user):
    seller, buyer, visitor = await new_user("seller@example.com"), await new_user("buyer@example.com"), await new_user()
    ticket = await seller.create_ticket(TITLE, 240)
    await buyer.create_order(ticket)
    await visitor.goto(f"/tickets/{ticket}")
    link = visitor.link("Sign in to be told when it is available")
    await expect(link).to_have_attribute("href", f"/signin?next=%2Ftickets%2F{ticket}")


async def test_open_pages_show_that_the_ticket_was_sold(new_user):
    seller, buyer, viewer = [await new_user(f"{name}@example.com") for name in ("seller", "buyer", "viewer")]
    ticket = await seller.create_ticket(TITLE, 240)
    order = await buyer.create_order(ticket)
    await viewer.goto(f"/tickets/{ticket}")
    await viewer.button("Tell me when it is available").click()
    await expect(viewer.button("Do not tell me")).to_be_enabled()
    orders = await viewer.context.new_page()
    await orders.goto("/orders")
    alert = orders.get_by_role("region", name="Availability alerts").get_by_role("listitem")
    await expect(alert.get_by_role("button")).to_be_enabled()
    await buyer.pay_order(order)
    await expect(alert).to_contain_text("Sold")
    await expect(viewer.text("This ticket is sold.")).to_be_visible()
    await expect(viewer.button("Do not tell me")).to_be_hidden()
