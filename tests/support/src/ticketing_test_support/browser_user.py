"""A user of the web client, with a browser context of their own."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

from ticketing_test_support.waiting import eventually

PASSWORD = "a-password"
TIMEOUT_MS = 30_000


@dataclass
class BrowserUser:
    """`sign_up` to `api_post` call the API with the browser's cookies; the rest uses the page."""

    context: BrowserContext
    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, url: str, **options: Any) -> Self:
        """A user with a fresh context; `options` go to Playwright's `new_context`.

        Motion is reduced by default: animating the countdown without a GPU takes a quarter of a core.
        """
        context = await browser.new_context(base_url=url, locale="en-US", **{"reduced_motion": "reduce", **options})
        context.set_default_timeout(TIMEOUT_MS)
        user = cls(context, await context.new_page(), url)
        user.page.on("pageerror", lambda error: user.errors.append(f"{user.page.url}: {error}"))
        user.page.on("console", user._record_error)
        return user

    async def close(self) -> None:
        """Close the context and its pages."""
        await self.context.close()

    async def sign_up(self, email: str) -> None:
        """Sign up with a unique address made from `email`."""
        name, _, domain = email.partition("@")
        await self.api_post("/api/users/signup", email=f"{name}-{secrets.token_hex(4)}@{domain}", password=PASSWORD)

    async def create_ticket(self, title: str, price: float) -> str:
        """Put a ticket on sale; its id."""
        return str((await self.api_post("/api/tickets", title=title, price=price))["id"])

    async def create_order(self, ticket_id: str) -> str:
        """Reserve a ticket; the order's id."""
        return str((await self.api_post("/api/orders", ticketId=ticket_id))["id"])

    async def pay_order(self, order_id: str, token: str = "pm_card_visa") -> None:
        """Pay an order with a test card."""
        await self.api_post("/api/payments", orderId=order_id, token=token)

    async def api_post(self, path: str, **body: object) -> dict[str, Any]:
        """The response body; AssertionError for an error status."""
        response = await self.context.request.post(path, data=body)
        if not response.ok:
            raise AssertionError(f"{path} responded {response.status}: {await response.text()}")
        result: dict[str, Any] = await response.json()
        return result

    async def goto(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(path, wait_until="load")

    async def focus_until_visible(self, locator: Locator) -> None:
        """Give the page the focus, again while it does not listen yet, until this is shown."""

        async def is_shown() -> bool:
            await self.page.evaluate("window.dispatchEvent(new Event('focus'))")
            return await locator.is_visible()

        await eventually(is_shown, within=30, every=0.2, what=f"{locator} being visible")

    def button(self, name: str) -> Locator:
        """The button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """The link with exactly this name."""
        return self.page.get_by_role("link", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        """The heading that contains this text."""
        return self.page.get_by_role("heading", name=name)

    def text(self, text: str) -> Locator:
        """The first element with this text."""
        return self.page.get_by_text(text).first

    @property
    def alert(self) -> Locator:
        """Alerts in the main content; Next.js keeps an empty one outside of it."""
        return self.page.get_by_role("main").get_by_role("alert")

    async def pay_with(self, test_card: str) -> None:
        """Choose one of the emulator's test cards and pay."""
        await self.button(test_card).click()
        await self.page.get_by_role("button", name="Pay $").click()

    def _record_error(self, message: ConsoleMessage) -> None:
        # Error responses of the API are provoked by tests.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(f"{self.page.url}: {message.text}")
