"""How the emulator speaks: keys, forms, errors, lists."""

import base64

import httpx
import pytest

from stripe_emulator.wire.access_log import masked
from stripe_emulator.wire.failures import InvalidRequest
from stripe_emulator.wire.form import parse


@pytest.mark.parametrize(
    ("raw", "tree"),
    [
        (b"a=1&b=x+y%21", {"a": "1", "b": "x y!"}),
        (b"card[token]=tok_visa", {"card": {"token": "tok_visa"}}),
        (b"a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
        (b"a[0][b]=x&a[1][b]=y", {"a": {"0": {"b": "x"}, "1": {"b": "y"}}}),
    ],
)
def test_a_form_becomes_a_tree(raw, tree):
    assert parse(raw) == tree


@pytest.mark.parametrize("raw", [b"a=1&a[b]=2", b"[a]=1", b"a=%ff", b"\xff", b"a[b=1", b"a=1&" * 1001])
def test_what_is_no_form_is_refused(raw):
    with pytest.raises(InvalidRequest):
        parse(raw)


@pytest.mark.parametrize("key", ["", "Bearer sk_live_x", "Bearer nonsense", "Basic !!!", "Digest sk_test_x"])
async def test_without_a_test_key_nothing_is_answered(emulator, key):
    async with httpx.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as client:
        answer = await client.get("/v1/payment_intents", headers={"Authorization": key})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


async def test_basic_authentication_carries_the_key_too(emulator):
    key = base64.b64encode(b"sk_test_x:").decode()
    async with httpx.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as client:
        answer = await client.get("/v1/payment_intents", headers={"Authorization": f"Basic {key}"})
    assert (answer.status_code, answer.json()["object"]) == (200, "list")


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"amount": "2000"}, "currency"),
        ({"currency": "usd"}, "amount"),
        ({"amount": "20.5", "currency": "usd"}, "amount"),
        ({"amount": "", "currency": "usd"}, "amount"),
        ({"amount": "-5", "currency": "usd"}, "amount"),
        ({"amount": "2000", "currency": "zzz"}, "currency"),
        ({"amount": "2000", "currency": "usd", "colour": "red"}, "colour"),
        ({"amount": "2000", "currency": "usd", "metadata[a]": "x" * 501}, "metadata[a]"),
        ({"amount": "2000", "currency": "usd", "payment_method_types[]": "card"}, "payment_method_types"),
        (
            {"amount": "2000", "currency": "usd", "allowed_payment_method_types[]": "cash"},
            "allowed_payment_method_types",
        ),
        ({"amount": "2000", "currency": "usd", "payment_method": "pm_card_none"}, "payment_method"),
        ({"amount": "2000", "currency": "usd", "confirm": "maybe"}, "confirm"),
    ],
)
async def test_a_bad_parameter_is_named(http, form, param):
    answer = await http.post("/v1/payment_intents", data=form)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["param"] == param


async def test_json_is_refused(http):
    answer = await http.post("/v1/payment_intents", json={"amount": 2000})
    assert (answer.status_code, "not JSON" in answer.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize("path", ["/v1/customers", "/nothing", "/v1/payment_intents/pi_x/capture"])
async def test_an_unknown_url_is_404_in_stripes_shape(http, path):
    answer = await http.post(path)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


async def test_a_list_is_walked_from_the_newest(shop):
    made = [(await shop.intent()).id for _ in range(3)]
    first = await shop.sdk.v1.payment_intents.list_async({"limit": 2})
    rest = await shop.sdk.v1.payment_intents.list_async({"limit": 1, "starting_after": first.data[-1].id})
    assert [intent.id for intent in (*first.data, *rest.data)] == made[::-1]
    assert first.has_more is True


async def test_a_list_is_filtered_by_time(shop):
    intent = await shop.intent()
    later = await shop.sdk.v1.payment_intents.list_async({"created": {"gt": intent.created + 5}})
    since = await shop.sdk.v1.payment_intents.list_async({"created": {"gte": intent.created, "lte": intent.created}})
    assert later.data == []
    assert intent.id in {each.id for each in since.data}


async def test_ids_are_expanded_on_demand(shop):
    intent = await shop.paid()
    shown = await shop.sdk.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge.payment_method"]})
    assert shown.latest_charge.payment_method.card.brand == "visa"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/payment_intents/pi_1aB/confirm", "/v1/payment_intents/pi_1aB/confirm"),
        ("/v1/confirmation_tokens/ctoken_1aB", "/v1/confirmation_tokens/***"),
        ("/v1/payment_intents/pi_1_secret_2", "/v1/payment_intents/***"),
        ("/4242424242424242", "/***"),
    ],
)
def test_a_logged_path_holds_no_secret(path, shown):
    assert masked(path) == shown


async def test_the_log_of_a_payment_holds_no_secret(shop, page, emulator):
    token = await shop.token()
    intent = await shop.confirm(await shop.intent(), token, key=f"confirm:{token}")
    await shop.sdk.v1.confirmation_tokens.retrieve_async(token)
    await page.get(f"/v1/payment_intents/{intent.id}", params={"client_secret": intent.client_secret})

    log = emulator.log.read_text()
    assert f"POST /v1/payment_intents/{intent.id}/confirm 200" in log
    assert not any(secret in log for secret in (token, intent.client_secret, "sk_test_", "pk_test_", "424242"))
