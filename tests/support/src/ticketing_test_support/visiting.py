"""A person at the web client, with a browser context of their own. For tests and for the README's pictures."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

PASSWORD = "a-password"
DEADLINE_MS = 30_000


@dataclass
class Visitor:
    """`api_*` methods ask the API with the browser's own cookies; the others use the page as people do."""

    context: BrowserContext
    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    @classmethod
    async def arrive(cls, browser: Browser, url: str, **context: Any) -> Self:
        """With a fresh context; `context` is what Playwright's new_context takes.

        Nothing moves unless `reduced_motion` says so: drawing a moving ring without a GPU takes a quarter of a core.
        """
        wishes = {"reduced_motion": "reduce", **context}
        opened = await browser.new_context(base_url=url, locale="en-US", **wishes)
        opened.set_default_timeout(DEADLINE_MS)
        visitor = cls(opened, await opened.new_page(), url)
        visitor.page.on("pageerror", lambda error: visitor.troubles.append(f"{visitor.page.url}: {error}"))
        visitor.page.on("console", visitor._note)
        return visitor

    async def leave(self) -> None:
        """Close everything."""
        await self.context.close()

    async def has_account(self, email: str) -> None:
        """Sign up, in the background, with an address like this one."""
        name, _, domain = email.partition("@")
        await self.api_post("/api/users/signup", email=f"{name}-{secrets.token_hex(4)}@{domain}", password=PASSWORD)

    async def has_ticket(self, title: str, price: float) -> str:
        """Put a ticket on sale, in the background; its id."""
        return str((await self.api_post("/api/tickets", title=title, price=price))["id"])

    async def has_order(self, ticket_id: str) -> str:
        """Reserve a ticket, in the background; the order's id."""
        return str((await self.api_post("/api/orders", ticketId=ticket_id))["id"])

    async def has_paid(self, order_id: str, token: str = "pm_card_visa") -> None:
        """Pay an order, in the background."""
        await self.api_post("/api/payments", orderId=order_id, token=token)

    async def api_post(self, path: str, **body: object) -> dict[str, Any]:
        """The answer; AssertionError when it is not a success."""
        answer = await self.context.request.post(path, data=body)
        if not answer.ok:
            raise AssertionError(f"{path} answered {answer.status}: {await answer.text()}")
        found: dict[str, Any] = await answer.json()
        return found

    async def see(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(path, wait_until="load")

    def button(self, name: str) -> Locator:
        """By its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """By its whole name."""
        return self.page.get_by_role("link", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        """By a part of its name."""
        return self.page.get_by_role("heading", name=name)

    def text(self, words: str) -> Locator:
        """The first place that shows these words."""
        return self.page.get_by_text(words).first

    @property
    def alert(self) -> Locator:
        """What the page warns of; Next.js keeps an empty alert of its own outside."""
        return self.page.get_by_role("main").get_by_role("alert")

    async def pay_with(self, test_card: str) -> None:
        """Click one of the test cards, and pay."""
        await self.button(test_card).click()
        await self.page.get_by_role("button", name="Pay $").click()

    def _note(self, message: ConsoleMessage) -> None:
        """What a page complains of, but not an answer of the API that is no success: tests provoke those."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"{self.page.url}: {message.text}")
