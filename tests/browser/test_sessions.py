"""Signing up, in and out; what the server writes needs no second look."""

import re
from secrets import token_hex

import pytest
from playwright.async_api import expect


async def test_a_deep_link_leads_on_after_signing_in(arrive):
    seller, stranger = await arrive("seller@example.com"), await arrive()
    ticket = await seller.has_ticket("Opera gala", 240)
    await stranger.see(f"/tickets/{ticket}/edit")
    await expect(stranger.page).to_have_url(re.compile(r"/signin\?next="))
    await stranger.link("Sign up").last.click()
    await expect(stranger.heading("Sign up")).to_be_visible()  # the form before it has an Email, too
    await stranger.page.get_by_label("Email").fill(f"deep-{token_hex(4)}@example.com")
    await stranger.page.get_by_label("Password").fill("a-password")
    await stranger.button("Sign up").click()
    await expect(stranger.page).to_have_url(f"{stranger.url}/tickets/{ticket}/edit")
    await expect(stranger.heading("This is somebody else's ticket")).to_be_visible()


async def test_signing_out_leads_home_and_closes_what_was_private(arrive):
    visitor = await arrive("leaving@example.com")
    await visitor.see("/orders")
    await visitor.page.get_by_text("leaving-").first.click()
    await visitor.button("Sign out").click()
    await expect(visitor.link("Sign in")).to_be_visible()
    await visitor.see("/orders")
    await expect(visitor.page).to_have_url(f"{visitor.url}/signin?next=%2Forders")


async def test_the_header_is_right_in_what_the_server_wrote(arrive):
    visitor = await arrive("known@example.com")
    html = await (await visitor.context.request.get("/")).text()
    assert "known-" in html
    assert "Sign in" not in html


@pytest.mark.parametrize(
    ("email", "password", "field"), [("nobody", "a-password", "Email"), ("a@b.co", "x", "Password")]
)
async def test_what_is_wrong_is_told_beside_its_field(arrive, email, password, field):
    visitor = await arrive()
    await visitor.see("/signup")
    await visitor.page.get_by_label("Email").fill(email)
    await visitor.page.get_by_label("Password").fill(password)
    await visitor.button("Sign up").click()
    await expect(visitor.page.get_by_label(field)).to_have_accessible_description(re.compile("Must "))
    await expect(visitor.page.get_by_label(field)).to_be_focused()


async def test_a_wrong_password_is_told_without_a_field(arrive):
    visitor = await arrive()
    await visitor.see("/signin")
    await visitor.page.get_by_label("Email").fill("nobody@example.com")
    await visitor.page.get_by_label("Password").fill("a-password")
    await visitor.button("Sign in").click()
    await expect(visitor.alert.filter(has_text="redentials")).to_be_visible()


async def test_anothers_order_is_not_found(arrive):
    seller, buyer, other = await arrive("s@example.com"), await arrive("b@example.com"), await arrive("o@example.com")
    order = await buyer.has_order(await seller.has_ticket("Opera gala", 240))
    answer = await other.page.goto(f"/orders/{order}")
    assert answer is not None
    assert answer.status == 404
    await expect(other.heading("There is nothing at this address")).to_be_visible()


async def test_day_and_night_are_kept_by_the_server(arrive):
    visitor = await arrive(color_scheme="light")
    await visitor.see("/")
    await visitor.button("Switch to dark").click()
    html = await (await visitor.context.request.get("/")).text()
    assert 'data-theme="dark"' in html
