"""An outage shows a message and a retry, never a blank page."""

from playwright.async_api import expect

from ticketing_test_support.faults import frozen


async def test_unavailable_service_shows_a_retry(new_user, site):
    seller = await new_user("seller@example.com")
    ticket = await seller.create_ticket("Opera gala", 240)
    with frozen(site, "tickets"):
        await seller.goto(f"/tickets/{ticket}")
        await expect(seller.heading("This content could not be loaded")).to_be_visible()
    await seller.button("Try again").click()
    await expect(seller.heading("Opera gala")).to_be_visible()


async def test_list_is_shown_while_auth_is_unavailable(new_user, site):
    seller = await new_user("seller@example.com")
    await seller.create_ticket("Opera gala", 240)
    with frozen(site, "auth"):
        await seller.goto("/")
        await expect(seller.text("Accounts unavailable")).to_be_visible()
        await expect(seller.link("Opera gala").first).to_be_visible()


async def test_order_page_recovers_from_a_lost_connection(buyer):
    await expect(buyer.button("Pay $20.00")).to_be_enabled()
    await buyer.context.set_offline(True)
    await expect(buyer.text("We could not reach the server.")).to_be_visible()
    await buyer.context.set_offline(False)
    await expect(buyer.page.get_by_text("We could not reach the server.")).to_have_count(0)


async def test_form_keeps_its_input_when_offline(new_user):
    seller = await new_user("seller@example.com")
    await seller.goto("/tickets/new")
    await seller.page.get_by_label("Title", exact=True).fill("Opera gala")
    await seller.page.get_by_label("Price").fill("240")
    await seller.context.set_offline(True)
    await seller.button("Put on sale").click()
    await expect(seller.alert.filter(has_text="Check your connection")).to_be_visible()
    await expect(seller.page.get_by_label("Title", exact=True)).to_have_value("Opera gala")


async def test_failed_scripts_are_retried_then_explained(new_user):
    async def fail_once(route):
        is_retry = route.request.url in failed
        failed.add(route.request.url)
        await (route.continue_() if is_retry else route.abort())

    failed: set[str] = set()
    user = await new_user("seller@example.com")
    await user.page.route("**/_next/static/**/*.js", fail_once)
    await user.goto("/tickets/mine")
    await expect(user.heading("You have not put any tickets on sale yet")).to_be_visible()
    await expect(user.button("Switch to dark theme")).to_be_visible()  # hydrated
    await user.page.route("**/_next/static/**/*.js", lambda route: route.abort())
    await user.link("Sell").click()
    await expect(user.button("reload the page.")).to_be_visible()
    await user.page.unroute_all()
    await user.button("reload the page.").click()
    await expect(user.button("Switch to dark theme")).to_be_visible()
