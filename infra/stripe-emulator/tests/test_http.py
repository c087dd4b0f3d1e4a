"""Stripe's HTTP conventions: keys, forms, errors, lists; and the log."""

import httpx
import pytest

from stripe_emulator.http.errors import InvalidRequest
from stripe_emulator.http.form import parse

INTENT = {"amount": "2000", "currency": "usd"}


@pytest.mark.parametrize("raw", [b"a=1&a[b]=2", b"[a]=1", b"a=%ff", b"\xff", b"a[b=1", b"a=1&" * 1001])
def test_malformed_form_is_refused(raw):
    with pytest.raises(InvalidRequest):
        parse(raw)


@pytest.mark.parametrize("key", ["", "Bearer sk_live_x", "Bearer nonsense", "Digest sk_test_x"])
async def test_request_without_a_test_key_is_refused(emulator, key):
    async with httpx.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as client:
        refused = await client.get("/v1/payment_intents", headers={"Authorization": key})
    assert (refused.status_code, refused.json()["error"]["type"]) == (401, "invalid_request_error")


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"amount": "2000"}, "currency"),
        ({"currency": "usd"}, "amount"),
        ({**INTENT, "amount": "20.5"}, "amount"),
        ({**INTENT, "amount": ""}, "amount"),
        ({**INTENT, "amount": "-5"}, "amount"),
        ({**INTENT, "currency": "zzz"}, "currency"),
        ({**INTENT, "colour": "red"}, "colour"),
        ({**INTENT, "metadata[a]": "x" * 501}, "metadata[a]"),
        ({**INTENT, **{f"metadata[{number}]": "x" for number in range(51)}}, "metadata"),
        ({**INTENT, "payment_method_types[]": "card"}, "payment_method_types"),
        ({**INTENT, "allowed_payment_method_types[]": "cash"}, "allowed_payment_method_types"),
        ({**INTENT, "expand[]": "colour"}, "expand"),
    ],
)
async def test_invalid_parameter_is_named(http, form, param):
    refused = await http.post("/v1/payment_intents", data=form)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)


async def test_json_is_refused(http):
    refused = await http.post("/v1/payment_intents", json={"amount": 2000})
    assert (refused.status_code, "not JSON" in refused.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize("path", ["/v1/customers", "/nothing", "/v1/payment_intents/pi_x/capture"])
async def test_unknown_url_is_404_in_stripes_shape(http, path):
    missing = await http.post(path)
    assert (missing.status_code, missing.json()["error"]["type"]) == (404, "invalid_request_error")


async def test_list_is_paginated_from_the_newest(api):
    created = [(await api.create()).id for _ in range(3)]
    first = await api.v1.payment_intents.list_async({"limit": 2})
    rest = await api.v1.payment_intents.list_async({"limit": 1, "starting_after": first.data[-1].id})
    assert [intent.id for intent in (*first.data, *rest.data)] == created[::-1]
    assert first.has_more is True


async def test_ids_are_expanded_on_request(api):
    intent = await api.retrieve(await api.pay(), expand=["latest_charge.payment_method"])
    assert intent.latest_charge.payment_method.card.brand == "visa"


async def test_log_of_a_payment_contains_no_secret(api, page, emulator):
    token = await api.token()
    intent = await api.confirm(await api.create(), token, key=f"confirm:{token}")
    await api.v1.confirmation_tokens.retrieve_async(token)
    await page.get(f"/v1/payment_intents/{intent.id}", params={"client_secret": intent.client_secret})
    await page.get(f"/v1/payment_intents/{intent.client_secret}/4242424242424242")
    log = emulator.log.read_text()
    assert f"request.completed POST /v1/payment_intents/{intent.id}/confirm status=200" in log
    assert not any(secret in log for secret in (token, intent.client_secret, "sk_test_", "pk_test_", "424242"))
