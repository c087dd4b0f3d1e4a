"""Take the screenshots of the documentation, in docs/images, on a stack of their own. `make screenshots`.

In the shop, ids, times and the countdown are replaced by fixed text first, so that an unchanged page gives an identical
file. The trace and the dashboards show what was measured.
"""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Route, ViewportSize, async_playwright, expect

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.browser import launch
from ticketing_test_support.browser_user import PASSWORD, BrowserUser
from ticketing_test_support.load import LoadGenerator
from ticketing_test_support.stack import Stack, started
from ticketing_test_support.waiting import eventually

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
DESKTOP: ViewportSize = {"width": 1180, "height": 760}
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 1120}
PURCHASE_ENDS_WITH = "process order.completed"
REFERENCE_ANCHOR = "#http/tag/orders/POST/api/orders"
LOAD_SECONDS = 75
SETTLE_SECONDS = 20
TICKETS = {
    "Radiohead, Berlin": 95,
    "Chess finals, table 4": 20,
    "Museum night, late entry": 12.5,
    "Opera gala, row C": 240,
    "Marathon starter pack": 54,
    "Puppet theatre, Sunday": 8,
    "Jazz at the lighthouse": 32,
    "Night train to Lisbon, reading": 15,
}

FIX_VARIABLE_TEXT = """() => {
  const fixedId = (length, index) => `${"65f0a1b2c3d4e5f6a7b8c90".slice(-length + 1)}${index}`;
  document.querySelectorAll(".figures").forEach((element, index) => {
    const text = element.textContent;
    if (/^[0-9a-f]{6}$|^[0-9a-f]{24}$/.test(text)) element.textContent = fixedId(text.length, index % 10);
    if (/^[0-9a-f]{4}…[0-9a-f]{4}$/.test(text)) element.textContent = "65f0…b8c9";
  });
  document.querySelectorAll("time").forEach((element, index) => {
    element.textContent = element.textContent.includes(",") ? "22 Nov 2026, 18:30" : `18:30:0${index}`;
  });
  for (const timer of document.querySelectorAll("[role=timer]")) {
    timer.lastChild.textContent = "14:30";
    timer.parentElement.querySelector("circle + circle").setAttribute("stroke-dashoffset", "12");
  }
}"""


async def main() -> None:
    """Start a stack and take all screenshots."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder) / "state", free_gateway_port(), OBSERVABILITY="1") as stack,
    ):
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            await take_screenshots(browser, stack.url)
            await take_reference(browser, stack.url)
            await take_telemetry(browser, stack)
            await browser.close()


async def take_screenshots(browser: Browser, url: str) -> None:
    """The list, a search, an order with a declined card, its receipt, a ticket waited for, and the seller's tickets."""
    seller, buyer = await sign_up(browser, url, "seller@example.com"), await sign_up(browser, url, "you@example.com")
    tickets = {title: await seller.create_ticket(title, price) for title, price in reversed(TICKETS.items())}
    await buyer.goto("/")
    await expect(buyer.page.get_by_role("listitem")).to_have_count(len(TICKETS))
    await take(buyer, "list")
    await buyer.goto("/?q=night+l&sort=price")
    await expect(buyer.text("2 tickets match")).to_be_visible()
    await take(buyer, "search")
    await buyer.goto(f"/orders/{await buyer.create_order(tickets['Radiohead, Berlin'])}")
    await buyer.pay_with("Insufficient funds")
    await expect(buyer.alert).to_be_visible()
    await expect(buyer.page.get_by_role("list", name="History").get_by_role("listitem")).to_have_count(3)
    await take(buyer, "order")
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await expect(buyer.text("You paid")).to_be_visible()
    await take(buyer, "paid")
    await take_alert(buyer, await sign_up(browser, url, "other@example.com"), tickets["Opera gala, row C"])
    await seller.goto("/tickets/mine")
    await take(seller, "seller")


async def sign_up(browser: Browser, url: str, email: str) -> BrowserUser:
    """A new user, whose clock can be stopped."""
    user = await BrowserUser.open(browser, url, viewport=DESKTOP, color_scheme="light")
    await user.page.clock.install()
    await user.api_post("/api/users/signup", email=email, password=PASSWORD)
    return user


async def take_alert(viewer: BrowserUser, buyer: BrowserUser, ticket: str) -> None:
    """The page of a ticket that its viewer waited for, once it is available again."""
    order = await buyer.create_order(ticket)
    await viewer.goto(f"/tickets/{ticket}")
    await viewer.button("Tell me when it is available").click()
    await expect(viewer.button("Do not tell me")).to_be_visible()
    await buyer.context.request.delete(f"/api/orders/{order}")
    await expect(viewer.text("This ticket is available now.")).to_be_visible()
    await take(viewer, "alert")


async def take(user: BrowserUser, name: str) -> None:
    """One page in both themes and on a phone, with its clock stopped."""
    await user.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=2))
    for suffix, viewport in (("light", DESKTOP), ("dark", DESKTOP), ("phone", PHONE)):
        await user.page.emulate_media(color_scheme="dark" if suffix == "dark" else "light", reduced_motion="reduce")
        await user.page.set_viewport_size(viewport)
        await user.page.evaluate(FIX_VARIABLE_TEXT)
        await user.page.screenshot(path=FOLDER / f"{name}-{suffix}.png", full_page=True, animations="disabled")
        print(f"{name}-{suffix}.png", flush=True)
    await user.page.set_viewport_size(DESKTOP)
    await user.page.clock.resume()


async def take_reference(browser: Browser, url: str) -> None:
    """An operation in the API reference."""
    for suffix, viewport in (("light", WIDE), ("dark", WIDE), ("phone", PHONE)):
        scheme: Literal["dark", "light"] = "dark" if suffix == "dark" else "light"
        page = await browser.new_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        await page.route("**/openapi.json", _with_fixed_address)
        await page.goto(f"{url}/api/docs{REFERENCE_ANCHOR}")
        await expect(page.get_by_role("heading", name="Create Order")).to_be_in_viewport()
        await page.screenshot(path=FOLDER / f"api-{suffix}.png", animations="disabled")
        await page.close()
        print(f"api-{suffix}.png", flush=True)


async def _with_fixed_address(route: Route) -> None:
    """The examples of requests show the site's address, whose port is another one each time."""
    document = await (await route.fetch()).json()
    await route.fulfill(json={**document, "servers": [{"url": "https://ticketing.dev"}]})


async def take_telemetry(browser: Browser, stack: Stack) -> None:
    """The trace of a purchase with a declined card, and the dashboard of the system after a minute of load."""
    trace_id = await purchase(browser, stack.url)
    telemetry = stack.urls()["telemetry"]
    await trace_is_complete(browser, f"{telemetry}/traces/{trace_id}")
    await take_page(browser, f"{telemetry}/traces/{trace_id}", "trace", full_page=True)
    async with LoadGenerator(stack.url).running():
        await asyncio.sleep(LOAD_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    await take_page(browser, f"{telemetry}/dashboards/ticketing-overview?minutes=2", "dashboard", full_page=False)


async def purchase(browser: Browser, url: str) -> str:
    """Buy a ticket as people do; the id of the trace, which begins with the ticket's page."""
    seller, buyer = await BrowserUser.open(browser, url), await BrowserUser.open(browser, url)
    await seller.sign_up("seller@example.com")
    await buyer.sign_up("buyer@example.com")
    await buyer.goto(f"/tickets/{await seller.create_ticket('Opera gala, row C', 240)}")
    traceparent = await buyer.page.locator("meta[name=traceparent]").get_attribute("content")
    await buyer.button("Reserve this ticket").click()
    await buyer.pay_with("Insufficient funds")
    await expect(buyer.alert).to_be_visible()
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
    return str(traceparent).split("-")[1]


async def trace_is_complete(browser: Browser, url: str) -> None:
    """Wait for the spans of the two services that are told of the paid order."""
    page = await browser.new_page()

    async def is_complete() -> bool:
        await page.goto(url)
        return await page.get_by_text(PURCHASE_ENDS_WITH).count() == len(("tickets", "payments"))

    await eventually(is_complete, within=30, every=0.5, what="all spans of the purchase")
    await page.close()


async def take_page(browser: Browser, url: str, name: str, *, full_page: bool) -> None:
    """A page of the trace view in both themes."""
    for scheme in ("light", "dark"):
        page = await browser.new_page(viewport=WIDE)
        await page.goto(f"{url}{'&' if '?' in url else '?'}theme={scheme}")
        await page.screenshot(path=FOLDER / f"{name}-{scheme}.png", full_page=full_page)
        await page.close()
        print(f"{name}-{scheme}.png", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
