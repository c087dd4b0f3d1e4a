"""Searching, ordering and filtering the tickets on sale, with and without JavaScript."""

from secrets import token_hex

from playwright.async_api import expect
from tests.browser.test_accessibility import problems


async def tickets_on_sale(seller) -> str:
    """Three tickets at 30, 10 and 20 dollars; the word that only they have."""
    word = f"Kazoo{token_hex(3)}"
    for price in (30, 10, 20):
        await seller.create_ticket(f"{word} café, {price} rows", price)
    return word


async def titles(user) -> list[str]:
    return [text.split(", ")[1] for text in await user.page.locator("li h2").all_inner_texts()]


async def test_search_orders_filters_counts_and_marks(new_user):
    seller = await new_user("seller@example.com")
    word = await tickets_on_sale(seller)
    await seller.goto(f"/?q={word.lower()}+CAF")
    await expect(seller.page.get_by_role("status").filter(has_text="3 tickets match")).to_be_visible()
    assert await seller.page.locator("mark").all_inner_texts() == [word, "café"] * 3
    await seller.page.get_by_label("Order").select_option("Lowest price first")
    await expect(seller.page).to_have_url(f"{seller.url}/?q={word.lower()}+CAF&sort=price")
    assert await titles(seller) == ["10 rows", "20 rows", "30 rows"]
    await seller.page.get_by_label("Highest price in USD").fill("$20,00")
    await expect(seller.page.get_by_role("status").filter(has_text="2 tickets match")).to_be_visible()
    await seller.page.reload()
    assert await titles(seller) == ["10 rows", "20 rows"]
    await seller.page.get_by_label("Lowest price in USD").fill("ten")
    await expect(seller.page.get_by_label("Lowest price in USD")).to_have_attribute("aria-invalid", "true")
    await expect(seller.alert).to_have_text("Enter a price, for example 12.50.")
    assert await problems(seller) == []


async def test_search_form_works_without_javascript(new_user):
    seller, reader = await new_user("seller@example.com"), await new_user(java_script_enabled=False)
    word = await tickets_on_sale(seller)
    await reader.goto("/")
    await reader.page.get_by_label("Search titles").fill(word)
    await reader.page.get_by_label("Order").select_option("Highest price first")
    await reader.page.get_by_label("Lowest price in USD").fill("15")
    await reader.button("Search").click()
    await expect(reader.text("2 tickets match")).to_be_visible()
    assert await titles(reader) == ["30 rows", "20 rows"]
    assert await reader.page.get_by_label("Order").input_value() == "-price"
