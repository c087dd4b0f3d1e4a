"""The account page: change of the password, and deletion."""

from playwright.async_api import expect

from ticketing_test_support.browser_user import PASSWORD


async def test_changed_password_signs_out_the_other_devices(new_user):
    user, other = await new_user("changing@example.com"), await new_user()
    await other.context.add_cookies(await user.context.cookies())
    await other.goto("/orders")
    await expect(other.heading("My orders")).to_be_visible()
    await user.goto("/")
    await user.text("changing-").click()
    await user.link("Account").click()
    await expect(user.heading("Change password")).to_be_visible()
    await user.page.get_by_label("Current password").fill("not it")
    await user.page.get_by_label("New password").fill("another-password")
    await user.button("Change password").click()
    await expect(user.page.get_by_label("Current password")).to_be_focused()
    await user.page.get_by_label("Current password").fill(PASSWORD)
    await user.button("Change password").click()
    await expect(user.text("Your password is changed.")).to_be_visible()
    await expect(user.page.get_by_label("Current password")).to_have_value("")
    await other.focus_until_visible(other.text("You have been signed out."))
    await user.goto("/orders")
    await expect(user.heading("My orders")).to_be_visible()


async def test_deleted_account_is_signed_out(new_user):
    user = await new_user("leaving@example.com")
    await user.goto("/account")
    await user.button("Delete account").click()
    await user.page.get_by_label("Password, to confirm").fill(PASSWORD)
    await user.button("Delete account for good").click()
    await expect(user.text("Your account is deleted.")).to_be_visible()
    await expect(user.link("Sign in")).to_be_visible()
    await user.goto("/account")
    await expect(user.page).to_have_url(f"{user.url}/signin?next=%2Faccount")


async def test_reading_pages_keeps_the_session_in_use(new_user):
    user = await new_user("reading@example.com")
    async with user.page.expect_response("**/api/users/currentuser") as response:
        await user.goto("/")
    assert (await (await response.value).json())["currentUser"]["email"].startswith("reading-")
