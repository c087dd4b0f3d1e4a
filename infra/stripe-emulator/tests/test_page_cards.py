"""What a page's card form sends: card numbers, with the publishable key only."""

import pytest

GOOD = {"exp_month": "12", "exp_year": "2040", "cvc": "123"}


async def send(client, number, **fields):
    card = {"number": number, **GOOD, **fields}
    form = {f"payment_method_data[card][{name}]": value for name, value in card.items()}
    return await client.post("/v1/confirmation_tokens", data={"payment_method_data[type]": "card", **form})


@pytest.mark.parametrize("number", ["4242424242424242", "4242 4242 4242 4242", "5555555555554444"])
async def test_a_test_card_gives_a_token_that_pays(page, shop, number):
    token = (await send(page, number)).json()
    assert token["payment_method_preview"]["card"]["last4"] == number[-4:]
    assert (await shop.confirm(await shop.intent(), token["id"])).status == "succeeded"


@pytest.mark.parametrize(
    ("number", "fields", "code"),
    [
        ("4242424242424241", {}, "incorrect_number"),
        ("4111111111111111", {}, "card_declined"),
        ("4242424242424242", {"exp_month": "13"}, "invalid_expiry_month"),
        ("4242424242424242", {"exp_year": "2020"}, "invalid_expiry_year"),
        ("4242424242424242", {"cvc": "12"}, "invalid_cvc"),
    ],
)
async def test_a_card_that_cannot_be_is_refused_at_once(page, number, fields, code):
    answer = await send(page, number, **fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, code)


async def test_a_real_card_is_told_that_this_is_test_mode(page):
    error = (await send(page, "4111111111111111")).json()["error"]
    assert error["decline_code"] == "test_mode_live_card"


async def test_a_server_may_not_send_card_numbers(http):
    answer = await send(http, "4242424242424242")
    assert answer.status_code == 400
    assert "generally unsafe" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/refunds"])
async def test_a_page_may_not_do_what_servers_do(page, path):
    answer = await page.post(path, data={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "secret_key_required")


async def test_a_browser_may_ask_from_another_origin(page):
    answer = await page.get("/healthz/live", headers={"Origin": "http://localhost:8080"})
    assert answer.headers["access-control-allow-origin"] == "*"
