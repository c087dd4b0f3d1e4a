"""A real browser against a whole stack; each user has a browser context of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from inspect import iscoroutinefunction

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from ticketing_local.ports import free_gateway_port
from ticketing_local.probes import HttpProbe
from ticketing_test_support.browser import launch
from ticketing_test_support.browser_user import BrowserUser
from ticketing_test_support.faults import restarted_with
from ticketing_test_support.stack import Stack, started
from ticketing_test_support.waiting import wait_until

expect.set_options(timeout=30_000)
TEST_SECONDS = 300  # generous, for a busy machine

NewUser = Callable[..., Awaitable[BrowserUser]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all tests in one event loop, because the browser belongs to it."""
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            if iscoroutinefunction(getattr(item, "function", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole stack with default settings."""
    with started(tmp_path_factory.mktemp("site") / "state", free_gateway_port()) as stack:
        yield stack


@pytest.fixture(scope="module")
def short_hold_site(site: Stack) -> Iterator[Stack]:
    """The same stack. Until the last test of the file, new reservations last 6 s."""
    ready = HttpProbe(f"{site.urls()['orders']}/healthz/ready")
    with restarted_with(site, "orders", EXPIRATION_WINDOW_SECONDS="6"):
        wait_until(ready.passes, within=60, what="orders to be ready")
        yield site
    wait_until(ready.passes, within=60, what="orders to be ready")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_user(browser: Browser, site: Stack) -> AsyncIterator[NewUser]:
    """Call it for a user: `await new_user("a@example.com", color_scheme="dark")`; signed out without an email.

    Fails the test if a page threw an error or violated its Content Security Policy.
    """
    users: list[BrowserUser] = []

    async def open_user(email: str | None = None, **options: object) -> BrowserUser:
        user = await BrowserUser.open(browser, site.url, **options)
        users.append(user)
        if email is not None:
            await user.sign_up(email)
        return user

    yield open_user
    for user in users:
        await user.close()
    assert [error for user in users for error in user.errors] == []


@pytest_asyncio.fixture(loop_scope="session")
async def buyer(new_user: NewUser) -> BrowserUser:
    """A buyer on the page of an open order of $20.00."""
    seller, buyer = await new_user("seller@example.com"), await new_user("buyer@example.com")
    order = await buyer.create_order(await seller.create_ticket("Chess finals", 20))
    await buyer.goto(f"/orders/{order}")
    return buyer
