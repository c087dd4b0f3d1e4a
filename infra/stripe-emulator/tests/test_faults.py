"""Faults on demand, each as a client meets it."""

import time

import httpx
import pytest
import stripe


async def armed(http, **fault):
    assert (await http.post("/emulator/faults", json=fault)).status_code == 200


async def intents_of(shop, order: str) -> int:
    """How many intents carry this order's id."""
    newest = await shop.sdk.v1.payment_intents.list_async({"limit": 20})
    return sum(intent.metadata.to_dict().get("order_id") == order for intent in newest.data)


async def test_a_dropped_answer_hides_work_that_was_done(shop, http):
    await armed(http, kind="drop", path="/v1/payment_intents", method="POST", count=1)
    with pytest.raises(stripe.APIConnectionError):
        await shop.intent(key="dropped", metadata={"order_id": "dropped"})

    again = await shop.intent(key="dropped", metadata={"order_id": "dropped"})
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert await intents_of(shop, "dropped") == 1


async def test_the_sdk_retries_a_dropped_answer_into_one_charge(shop, http, emulator, connect):
    patient = type(shop)(connect(emulator, retries=2))
    intent, token = await patient.intent(), await patient.token()
    await armed(http, kind="drop", path="/v1/payment_intents/*/confirm", count=1)
    assert (await patient.confirm(intent, token)).status == "succeeded"
    assert len((await shop.sdk.v1.charges.list_async({"payment_intent": intent.id})).data) == 1


async def test_a_request_can_be_lost_on_its_way(shop, http):
    await armed(http, kind="drop", when="before", method="POST", count=1)
    with pytest.raises(stripe.APIConnectionError):
        await shop.intent(metadata={"order_id": "lost"})
    assert await intents_of(shop, "lost") == 0


async def test_an_error_before_the_work_leaves_nothing_behind(shop, http):
    await armed(http, kind="error", when="before", method="POST", count=1)
    with pytest.raises(stripe.APIError) as caught:
        await shop.intent(key="before", metadata={"order_id": "before"})
    assert (caught.value.http_status, await intents_of(shop, "before")) == (500, 0)
    assert (await shop.intent(key="before", metadata={"order_id": "before"})).status == "requires_payment_method"


async def test_an_error_after_the_work_stays_with_its_key(shop, http):
    await armed(http, kind="error", when="after", method="POST", count=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError, match="not known"):
            await shop.intent(key="after", metadata={"order_id": "after"})
    assert await intents_of(shop, "after") == 1


async def test_requests_can_be_rate_limited(shop, http):
    await armed(http, kind="rate_limit", count=1)
    with pytest.raises(stripe.RateLimitError):
        await shop.intent()
    assert (await shop.intent()).status == "requires_payment_method"


async def test_a_delay_after_the_work_makes_a_client_time_out_too_early(shop, http, emulator, connect):
    hasty = type(shop)(connect(emulator, timeout=0.3))
    await armed(http, kind="delay", when="after", seconds=1, path="/v1/payment_intents", method="POST", count=1)
    with pytest.raises(stripe.APIConnectionError):
        await hasty.intent(metadata={"order_id": "late"})
    assert await intents_of(shop, "late") == 1


async def test_a_delay_lasts_as_long_as_asked(shop, http):
    await armed(http, kind="delay", seconds=0.4, count=1)
    started = time.monotonic()
    await shop.intent()
    assert time.monotonic() - started >= 0.4


async def test_a_fault_strikes_only_what_it_is_meant_for(shop, http):
    await armed(http, kind="error", path="/v1/refunds*")
    await armed(http, kind="error", method="GET", path="/v1/payment_intents/*")
    intent = await shop.paid()
    with pytest.raises(stripe.APIError):
        await shop.refund(intent)


async def test_a_payment_can_stay_in_processing_for_a_while(shop, http, receiver):
    await armed(http, kind="processing", seconds=0.3, path="*/confirm", count=1)
    intent = await shop.paid()
    assert intent.status == "processing"
    await receiver.until(lambda: "payment_intent.succeeded" in receiver.of(intent.id))
    assert (await shop.now(intent)).amount_received == 2000


async def test_put_arms_these_faults_and_no_others(http):
    await armed(http, kind="error", path="/v1/refunds")
    await http.put("/emulator/faults", json={"faults": [{"kind": "drop", "path": "/v1/charges/*", "count": 2}]})
    faults = (await http.get("/emulator/faults")).json()["faults"]
    assert [(fault["fault"]["kind"], fault["remaining"]) for fault in faults] == [("drop", 2)]
    assert (await http.delete(f"/emulator/faults/{faults[0]['id']}")).json() == {"disarmed": 1}


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "explode"},
        {"kind": "drop", "count": 0},
        {"kind": "rate_limit", "when": "after"},
        {"kind": "drop", "x": 1},
    ],
)
async def test_a_fault_without_sense_is_refused_with_a_reason(http: httpx.AsyncClient, fault):
    answer = await http.post("/emulator/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
