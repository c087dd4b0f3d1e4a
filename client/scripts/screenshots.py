"""Take the README's screenshots, in docs/images, on a stack of their own. `make screenshots`.

Ids, times and the countdown are replaced by fixed text first, so that an unchanged page gives an identical file.
"""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.browser import launch
from ticketing_test_support.browser_user import PASSWORD, BrowserUser
from ticketing_test_support.stack import started

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
DESKTOP: ViewportSize = {"width": 1180, "height": 760}
PHONE: ViewportSize = {"width": 360, "height": 740}
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
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "state", free_gateway_port()) as stack:
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            await take_screenshots(browser, stack.url)
            await browser.close()


async def take_screenshots(browser: Browser, url: str) -> None:
    """The list, an order with a declined card, and its receipt."""
    seller = await BrowserUser.open(browser, url)
    await seller.sign_up("seller@example.com")
    tickets = {title: await seller.create_ticket(title, price) for title, price in reversed(TICKETS.items())}
    buyer = await BrowserUser.open(browser, url, viewport=DESKTOP, color_scheme="light")
    await buyer.page.clock.install()
    await buyer.api_post("/api/users/signup", email="you@example.com", password=PASSWORD)
    await buyer.goto("/")
    await expect(buyer.page.get_by_role("listitem")).to_have_count(len(TICKETS))
    await take(buyer, "list")
    await buyer.goto(f"/orders/{await buyer.create_order(tickets['Radiohead, Berlin'])}")
    await buyer.pay_with("Insufficient funds")
    await expect(buyer.alert).to_be_visible()
    await expect(buyer.page.get_by_role("list", name="History").get_by_role("listitem")).to_have_count(3)
    await take(buyer, "order")
    await buyer.pay_with("Succeeds")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await expect(buyer.text("You paid")).to_be_visible()
    await take(buyer, "paid")


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


if __name__ == "__main__":
    asyncio.run(main())
