"""What pages use: the script (tests/browser shows what it does), and card numbers with a publishable key."""

import subprocess

import pytest

from stripe_emulator.page.script import script_text
from stripe_emulator.routes import PAGE_TABLE, TABLE
from ticketing_local.binaries import find_binary


async def send(client, number, *, version="/v3", **fields):
    card = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123", **fields}
    form = {f"payment_method_data[card][{name}]": value for name, value in card.items()}
    return await client.post(f"{version}/confirmation_tokens", data={"payment_method_data[type]": "card", **form})


@pytest.mark.parametrize("number", ["4242424242424242", "4242 4242 4242 4242", "5555555555554444"])
async def test_test_card_gives_a_token_that_pays(page, api, number):
    token = (await send(page, number)).json()
    assert token["payment_method_preview"]["card"]["last4"] == number[-4:]
    assert (await api.confirm(await api.create(), token["id"])).status == "succeeded"


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
async def test_invalid_card_is_refused_at_once(page, number, fields, code):
    refused = await send(page, number, **fields)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (402, code)
    assert error.get("decline_code") == ("test_mode_live_card" if code == "card_declined" else None)


async def test_server_may_not_send_card_numbers(http):
    refused = await send(http, "4242424242424242", version="/v1")
    assert refused.status_code == 400
    assert "generally unsafe" in refused.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/refunds"])
async def test_page_may_not_do_what_servers_do(page, path):
    refused = await page.post(path, data={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "secret_key_required")


async def test_browser_may_send_requests_from_another_origin(page):
    allowed = await page.get("/healthz/live", headers={"Origin": "http://localhost:8080"})
    assert allowed.headers["access-control-allow-origin"] == "*"


def test_script_defines_only_an_object_that_react_accepts(tmp_path):
    script = tmp_path / "stripe.js"
    script.write_text(script_text())
    page = "globalThis.window = {}; globalThis.document = {currentScript: {src: 'http://h/v3/'}};"
    methods = "['elements', 'createToken', 'createPaymentMethod', 'confirmCardPayment']"
    check = f"{page} require({str(script)!r}); const stripe = window.Stripe('pk_test_x');" + (
        f"console.log(...Object.keys(window), ...{methods}.map((name) => typeof stripe[name]))"
    )
    run = subprocess.run([find_binary("node"), "-e", check], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["Stripe", *["function"] * 4]


@pytest.mark.parametrize("path", ["/v3/", "/v3/payment_intents/pi_unknown", "/v3/nothing"])
async def test_script_and_its_api_are_also_served_under_the_page_prefix(page, path):
    direct, prefixed = await page.get(path), await page.get(f"/emulator-stripe{path}")
    assert prefixed.status_code == direct.status_code
    assert prefixed.headers["content-type"] == direct.headers["content-type"]


@pytest.mark.parametrize("path", ["/emulator/faults", *sorted({path for _, path, _, _ in TABLE})])
async def test_what_servers_call_is_not_under_the_page_prefix(http, path):
    for method in ("GET", "POST", "DELETE"):
        assert (await http.request(method, f"/emulator-stripe{path}")).status_code == 404


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in PAGE_TABLE])
async def test_page_api_refuses_secret_keys(http, api, method, path):
    intent = await api.create()
    form = {"client_secret": intent.client_secret, "outcome": "pass", "payment_method": "pm_card_visa"}
    sent = {"params": form} if method == "GET" else {"data": form}
    for prefix in ("", "/emulator-stripe"):
        refused = await http.request(method, prefix + path.format(id=intent.id), **sent)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "publishable_key_required")


async def test_page_reads_an_intent_only_with_its_client_secret(page, api):
    intent = await api.create(metadata={"order_id": "o"})
    path = f"/emulator-stripe/v3/payment_intents/{intent.id}"
    assert (await page.get(path)).status_code == 400
    assert "metadata" not in (await page.get(path, params={"client_secret": intent.client_secret})).json()
