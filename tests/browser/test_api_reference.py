"""/api/docs shows the routes and events of all services, from files of this site only."""

import os

import pytest
from playwright.async_api import expect

from ticketing_test_support.browser_user import BrowserUser


async def opened(new_user, path: str = "/api/docs", **options: object) -> tuple[BrowserUser, list[str]]:
    """A user on the reference, and the addresses that the page has requested."""
    user = await new_user(**options)
    requested: list[str] = []
    user.page.on("request", lambda request: requested.append(request.url))
    await user.goto(path)
    await expect(user.heading("Ticketing: ")).to_be_visible()
    return user, requested


async def test_reference_shows_all_services_and_requests_nothing_elsewhere(new_user, site):
    user, requested = await opened(new_user)
    await expect(user.heading("Ticketing: HTTP API")).to_be_visible()
    for tag in ("users", "tickets", "orders", "payments", "operations"):
        await expect(user.page.get_by_role("complementary").get_by_text(tag, exact=True)).to_be_visible()
    await expect(user.page.get_by_text("/api/users/signup").first).to_be_visible()
    assert [url for url in requested if not url.startswith((f"{site.url}/", "data:"))] == []


async def test_signed_in_user_sends_a_request(new_user):
    user, _ = await opened(new_user)
    answer = await user.context.request.post(
        "/api/users/signup", data={"email": f"{os.urandom(4).hex()}@example.com", "password": "a long pass phrase"}
    )
    await user.page.keyboard.press("Control+k")
    await user.page.keyboard.type("current user")
    await expect(user.page.get_by_role("option").first).to_contain_text("Current User")
    await user.page.keyboard.press("ArrowDown")
    await user.page.keyboard.press("Enter")
    await user.page.get_by_role("button", name="Test Request").first.click()
    async with user.page.expect_response("**/api/users/currentuser") as sent:
        await user.page.get_by_role("button", name="Send").first.click()
    response = await sent.value
    assert (await response.json())["currentUser"]["id"] == (await answer.json())["id"]


async def test_reference_shows_the_events(new_user):
    user, _ = await opened(new_user, "/api/docs?api=events")
    await expect(user.heading("Ticketing: events")).to_be_visible()
    await expect(user.page.get_by_role("complementary").get_by_text("OrderCreated", exact=True)).to_be_visible()


async def test_search_works_with_the_keyboard(new_user):
    user, _ = await opened(new_user)
    await user.page.keyboard.press("Control+k")
    await expect(user.page.get_by_role("combobox", name="search")).to_be_focused()
    await user.page.keyboard.type("reserve a ticket")
    await expect(user.page.get_by_role("option").first).to_contain_text("Create Order")
    await user.page.keyboard.press("ArrowDown")
    await user.page.keyboard.press("Enter")
    await expect(user.heading("Create Order")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_reference_follows_the_theme_and_fits_a_phone(new_user, scheme):
    user, _ = await opened(new_user, color_scheme=scheme, viewport={"width": 360, "height": 740})
    await expect(user.page.locator("body")).to_contain_class(f"{scheme}-mode")
    assert await user.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_policy_allows_only_files_of_this_site(new_user):
    user, _ = await opened(new_user)
    response = await user.context.request.get("/api/docs")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "://" not in policy


async def test_unknown_route_names_the_reference(new_user):
    user = await new_user()
    response = await user.context.request.get("/api/nowhere")
    assert response.status == 404
    assert "/api/docs" in (await response.json())["errors"][0]["message"]
