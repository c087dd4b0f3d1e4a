"""Idempotency keys, as Stripe keeps them."""

import asyncio
import uuid

import pytest
import stripe


def headers_of(caught):
    return caught.value.headers


def new_key() -> str:
    return f"order:{uuid.uuid4().hex}"


async def test_twenty_creates_with_one_key_make_one_intent(shop, emulator, connect):
    shop = type(shop)(connect(emulator, retries=2))
    key = new_key()
    intents = await asyncio.gather(*(shop.intent(key=key) for _ in range(20)))
    assert len({intent.id for intent in intents}) == 1


async def test_twenty_confirms_with_one_key_make_one_charge(shop, emulator, connect):
    shop = type(shop)(connect(emulator, retries=2))
    intent, token, key = await shop.intent(), await shop.token(), new_key()
    paid = await asyncio.gather(*(shop.confirm(intent, token, key=key) for _ in range(20)))

    charges = await shop.sdk.v1.charges.list_async({"payment_intent": intent.id})
    assert {each.status for each in paid} == {"succeeded"}
    assert len(charges.data) == 1


async def test_a_replayed_answer_says_so(http):
    form, headers = {"amount": "2000", "currency": "usd"}, {"Idempotency-Key": new_key()}
    first = await http.post("/v1/payment_intents", data=form, headers=headers)
    second = await http.post("/v1/payment_intents", data=form, headers=headers)

    assert first.text == second.text
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


async def test_a_decline_is_replayed_under_its_key(shop):
    intent, token, key = await shop.intent(), await shop.token("pm_card_visa_chargeDeclined"), new_key()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            await shop.confirm(intent, token, key=key)

    charges = await shop.sdk.v1.charges.list_async({"payment_intent": intent.id})
    assert headers_of(caught)["Idempotent-Replayed"] == "true"
    assert len(charges.data) == 1


async def test_a_key_with_another_body_is_refused(shop):
    key = new_key()
    await shop.intent(2000, key=key)
    with pytest.raises(stripe.IdempotencyError) as caught:
        await shop.intent(3000, key=key)
    assert caught.value.http_status == 400


async def test_a_key_with_another_path_is_refused(shop):
    first, second, key = await shop.intent(), await shop.intent(), new_key()
    await shop.sdk.v1.payment_intents.cancel_async(first.id, None, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError):
        await shop.sdk.v1.payment_intents.cancel_async(second.id, None, {"idempotency_key": key})


async def test_what_failed_validation_leaves_its_key_free(shop):
    key = new_key()
    with pytest.raises(stripe.InvalidRequestError):
        await shop.intent(1, key=key)
    assert (await shop.intent(2000, key=key)).amount == 2000


async def test_a_key_in_flight_is_a_conflict(shop, http):
    fault = {"kind": "delay", "seconds": 1, "count": 1, "path": "/v1/payment_intents"}
    await http.post("/emulator/faults", json=fault)
    key = new_key()
    first = asyncio.create_task(shop.intent(key=key))
    await until_struck(http)

    with pytest.raises(stripe.APIError) as caught:
        await shop.intent(key=key)
    assert caught.value.http_status == 409
    assert caught.value.error is not None
    assert caught.value.error.code == "idempotency_key_in_use"
    assert (await first).status == "requires_payment_method"


async def test_retries_wait_a_conflict_out(shop, http, emulator, connect):
    patient = type(shop)(connect(emulator, retries=5))
    await http.post("/emulator/faults", json={"kind": "delay", "seconds": 0.5, "count": 1, "method": "POST"})
    key = new_key()
    first, second = await asyncio.gather(patient.intent(key=key), patient.intent(key=key))
    assert first.id == second.id


async def until_struck(http):
    """Wait until the one fault has hit its request."""
    async with asyncio.timeout(5):
        while (await http.get("/emulator/faults")).json()["faults"]:
            pass
