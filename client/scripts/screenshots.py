"""The README's pictures, in docs/images: taken on a stack of its own that is gone afterwards. `make screenshots`."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.browser import launch
from ticketing_test_support.stack import Stack, started
from ticketing_test_support.visiting import PASSWORD, Visitor

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
WINDOW: ViewportSize = {"width": 1180, "height": 760}
PHONE: ViewportSize = {"width": 360, "height": 740}
TITLES = {
    "Radiohead, Berlin": 95,
    "Chess finals, table 4": 20,
    "Museum night, late entry": 12.5,
    "Opera gala, row C": 240,
    "Marathon starter pack": 54,
    "Puppet theatre, Sunday": 8,
    "Jazz at the lighthouse": 32,
    "Night train to Lisbon, reading": 15,
}


async def main() -> None:
    """Start everything, tell a small story, and take a picture at each turn of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started(Path(folder) / "state", free_gateway_port()) as stack:
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            await pictures(browser, stack)
            await browser.close()


async def pictures(browser: Browser, stack: Stack) -> None:
    """All of them."""
    seller = await Visitor.arrive(browser, stack.url)
    await seller.has_account("seller@example.com")
    tickets = {title: await seller.has_ticket(title, price) for title, price in reversed(TITLES.items())}
    buyer = await Visitor.arrive(browser, stack.url, viewport=WINDOW, color_scheme="light")
    await buyer.api_post("/api/users/signup", email="you@example.com", password=PASSWORD)
    await buyer.see("/")
    await expect(buyer.page.get_by_role("listitem")).to_have_count(len(TITLES))
    await take(buyer, "list")
    await buyer.see(f"/orders/{await buyer.has_order(tickets['Radiohead, Berlin'])}")
    await buyer.pay_with("Has no funds")
    await expect(buyer.alert).to_be_visible()
    await expect(buyer.page.get_by_role("list", name="History").get_by_role("listitem")).to_have_count(3)
    await take(buyer, "order")
    await buyer.pay_with("Pays")
    await expect(buyer.heading("Receipt")).to_be_visible()
    await expect(buyer.text("You paid")).to_be_visible()
    await take(buyer, "paid")


async def take(visitor: Visitor, name: str) -> None:
    """By day, by night, and on a phone."""
    for scheme in ("light", "dark"):
        await visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await visitor.page.screenshot(path=FOLDER / f"{name}-{scheme}.png", full_page=True)
    await visitor.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await visitor.page.set_viewport_size(PHONE)
    await visitor.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await visitor.page.screenshot(path=FOLDER / f"{name}-phone.png", full_page=True)
    await visitor.page.set_viewport_size(WINDOW)


if __name__ == "__main__":
    asyncio.run(main())
