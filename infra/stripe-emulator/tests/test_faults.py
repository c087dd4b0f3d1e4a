"""Faults on demand, as a client experiences them."""

import time

import pytest
import stripe


async def count_intents(api, order: str) -> int:
    """How many intents have this order's id."""
    newest = await api.v1.payment_intents.list_async({"limit": 20})
    return sum(intent.metadata.to_dict().get("order_id") == order for intent in newest.data)


@pytest.mark.parametrize(
    ("fault", "error", "created"),
    [
        ({"kind": "drop"}, stripe.APIConnectionError, 1),
        ({"kind": "drop", "when": "before"}, stripe.APIConnectionError, 0),
        ({"kind": "error"}, stripe.APIError, 0),
        ({"kind": "error", "when": "after"}, stripe.APIError, 1),
        ({"kind": "delay", "seconds": 1, "when": "after"}, stripe.APIConnectionError, 1),
        ({"kind": "rate_limit"}, stripe.RateLimitError, 0),
    ],
    ids=["drop after", "drop before", "error before", "error after", "time-out after", "rate limit"],
)
async def test_fault_hides_whether_the_request_was_handled(api, arm, emulator, connect, request, fault, error, created):
    order = request.node.callspec.id
    await arm(**fault, method="POST", path="/v1/payment_intents", count=1)
    with pytest.raises(error):
        await connect(emulator.url, timeout=0.4).create(metadata={"order_id": order})
    assert await count_intents(api, order) == created


@pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "error", "when": "before"}])
async def test_retry_with_the_same_key_creates_one_intent(api, arm, fault):
    order = f"retried {fault['kind']}"
    await arm(**fault, method="POST", count=1)
    with pytest.raises(stripe.StripeError):
        await api.create(key=order, metadata={"order_id": order})
    assert (await api.create(key=order, metadata={"order_id": order})).status == "requires_payment_method"
    assert await count_intents(api, order) == 1


async def test_error_after_handling_is_saved_under_the_key(api, arm):
    await arm(kind="error", when="after", method="POST", count=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError, match="is unknown"):
            await api.create(key="saved error", metadata={"order_id": "saved error"})
    assert await count_intents(api, "saved error") == 1


async def test_sdk_retries_a_dropped_response_into_one_charge(api, arm, emulator, connect):
    retrying = connect(emulator.url, retries=2)
    intent, token = await retrying.create(), await retrying.token()
    await arm(kind="drop", path="/v1/payment_intents/*/confirm", count=1)
    assert (await retrying.confirm(intent, token)).status == "succeeded"
    assert len(await api.charges(intent)) == 1


async def test_delay_lasts_as_long_as_requested(api, arm):
    await arm(kind="delay", seconds=0.4, count=1)
    started = time.monotonic()
    await api.create()
    assert time.monotonic() - started >= 0.4


async def test_fault_affects_only_matching_requests(api, arm):
    await arm(kind="error", path="/v1/refunds*")
    await arm(kind="error", method="GET", path="/v1/payment_intents/*")
    intent = await api.pay()
    with pytest.raises(stripe.APIError):
        await api.refund(intent)


async def test_payment_can_stay_processing(api, arm, receiver):
    await arm(kind="processing", seconds=0.3, path="*/confirm", count=1)
    intent = await api.pay()
    assert intent.status == "processing"
    await receiver.wait_until(lambda: "payment_intent.succeeded" in receiver.types_for(intent.id))
    assert (await api.retrieve(intent)).amount_received == 2000


async def test_put_arms_these_faults_and_no_others(http, arm):
    await arm(kind="error", path="/v1/refunds")
    await http.put("/emulator/faults", json={"faults": [{"kind": "drop", "path": "/v1/charges/*", "count": 2}]})
    [armed] = (await http.get("/emulator/faults")).json()["faults"]
    assert (armed["fault"]["kind"], armed["remaining"]) == ("drop", 2)
    assert (await http.delete(f"/emulator/faults/{armed['id']}")).json() == {"disarmed": 1}


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
async def test_invalid_fault_is_refused_with_a_reason(http, fault):
    refused = await http.post("/emulator/faults", json=fault)
    assert refused.status_code == 400
    assert refused.json()["error"]["message"]
