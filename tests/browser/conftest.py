"""A real browser on a real stack: people with their own contexts, who see what visitors see."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from inspect import iscoroutinefunction

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from ticketing_local.ports import free_gateway_port
from ticketing_test_support.browser import launch
from ticketing_test_support.stack import Stack, started
from ticketing_test_support.visiting import Visitor

expect.set_options(timeout=30_000)
TEST_SECONDS = 300  # on a machine that is busy with other things; a few are enough on a free one

Arrive = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them in one event loop: the browser lives in it."""
    for item in items:
        if item.path.is_relative_to(__file__.rpartition("/")[0]):
            if iscoroutinefunction(getattr(item, "function", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole marketplace, with its page."""
    with started(tmp_path_factory.mktemp("shop") / "state", free_gateway_port()) as stack:
        yield stack


@pytest.fixture
def hasty_shop(stack: Stack) -> Stack:
    """One whose reservations hold for seconds."""
    return stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all; each visitor has a context of their own."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Arrive]:
    """Lets people in: `await arrive(email="a@example.com", color_scheme="dark")`; without email signed out.

    At the end nobody's page may have thrown, nor broken its Content Security Policy.
    """
    visitors: list[Visitor] = []

    async def let_in(email: str | None = None, *, at: Stack | None = None, **context: object) -> Visitor:
        stack = at or request.getfixturevalue("shop")
        visitor = await Visitor.arrive(browser, stack.url, **context)
        visitors.append(visitor)
        if email is not None:
            await visitor.has_account(email)
        return visitor

    yield let_in
    for visitor in visitors:
        await visitor.leave()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []
