"""Signing up, in and out, and what the server renders for whom."""

import re
from secrets import token_hex

import pytest
from playwright.async_api import expect


async def test_deep_link_continues_after_sign_up(new_user):
    seller, user = await new_user("seller@example.com"), await new_user()
    ticket = await seller.create_ticket("Opera gala", 240)
    await user.goto(f"/tickets/{ticket}/edit")
    await expect(user.page).to_have_url(re.compile(r"/signin\?next="))
    await user.link("Sign up").last.click()
    await expect(user.heading("Sign up")).to_be_visible()  # the sign-in form has an Email field, too
    await user.page.get_by_label("Email").fill(f"deep-{token_hex(4)}@example.com")
    await user.page.get_by_label("Password").fill("a-password")
    await user.button("Sign up").click()
    await expect(user.page).to_have_url(f"{user.url}/tickets/{ticket}/edit")
    await expect(user.heading("This is not your ticket")).to_be_visible()


async def test_sign_out_closes_private_pages(new_user):
    user = await new_user("leaving@example.com")
    await user.goto("/orders")
    await user.page.get_by_text("leaving-").first.click()
    await user.button("Sign out").click()
    await expect(user.link("Sign in")).to_be_visible()
    await user.goto("/orders")
    await expect(user.page).to_have_url(f"{user.url}/signin?next=%2Forders")


async def test_paths_of_the_original_application(new_user):
    user = await new_user("leaving@example.com")
    redirect = await user.context.request.get("/auth/signup", max_redirects=0)
    assert (redirect.status, redirect.headers["location"]) == (308, "/signup")
    await user.goto("/auth/signout")
    await expect(user.link("Sign in")).to_be_visible()
    await expect(user.page).to_have_url(f"{user.url}/")


async def test_page_notices_another_session(new_user):
    user = await new_user("first@example.com")
    await user.goto("/orders?after=0")
    await user.sign_up("second@example.com")
    await user.focus_until_visible(user.text("You are signed in with another account now."))
    await user.context.request.post("/api/users/signout", data={})
    await user.focus_until_visible(user.text("You have been signed out."))
    await user.link("Sign in again").click()
    await expect(user.page).to_have_url(f"{user.url}/signin?next=%2Forders%3Fafter%3D0&again=1")


async def test_reading_and_searching_work_without_javascript(new_user):
    seller, reader = await new_user("seller@example.com"), await new_user(java_script_enabled=False)
    title = f"Zither{token_hex(3)}"
    await seller.create_ticket(title, 5)
    await reader.goto("/")
    assert "JavaScript is turned off." in await reader.page.locator("noscript").inner_text()
    await reader.page.get_by_label("Search titles").fill(title)
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.get_by_role("listitem")).to_have_count(1)
    await reader.link(title).click()
    await expect(reader.heading(title)).to_be_visible()


async def test_server_renders_the_session_and_each_ticket_once(new_user):
    seller = await new_user("known@example.com")
    ids = [await seller.create_ticket("Rendered once", 40) for _ in range(3)]
    html = await (await seller.context.request.get("/?q=Rendered+once")).text()
    assert "known-" in html
    assert "Sign in" not in html
    assert html.count('class="line-clamp-3') == len(ids)  # the title of a card
    assert r"className\":\"line-clamp-3" not in html


@pytest.mark.parametrize(
    ("email", "password", "field"), [("nobody", "a-password", "Email"), ("a@b.co", "x", "Password")]
)
async def test_invalid_input_is_shown_at_its_field(new_user, email, password, field):
    user = await new_user()
    await user.goto("/signup")
    await user.page.get_by_label("Email").fill(email)
    await user.page.get_by_label("Password").fill(password)
    await user.button("Sign up").click()
    await expect(user.page.get_by_label(field)).to_have_accessible_description(re.compile("Must "))
    await expect(user.page.get_by_label(field)).to_be_focused()


async def test_wrong_password_is_shown_above_the_button(new_user):
    user = await new_user()
    await user.goto("/signin")
    await user.page.get_by_label("Email").fill("nobody@example.com")
    await user.page.get_by_label("Password").fill("a-password")
    await user.button("Sign in").click()
    await expect(user.alert.filter(has_text="redentials")).to_be_visible()


async def test_order_of_another_user_is_not_found(buyer, new_user):
    other = await new_user("other@example.com")
    response = await other.page.goto(buyer.page.url)
    assert response is not None
    assert response.status == 404
    await expect(other.heading("Page not found")).to_be_visible()


async def test_theme_is_rendered_by_the_server(new_user):
    user = await new_user(color_scheme="light")
    await user.goto("/")
    await user.button("Switch to dark theme").click()
    html = await (await user.context.request.get("/")).text()
    assert 'data-theme="dark"' in html
