"""Faults on demand, as a client experiences them."""

import pytest
import stripe


async def count_intents(api, order: str) -> int:
    """How many intents have this order's id."""
    newest = await api.v1.payment_intents.list_async({"limit": 20})
    return sum(intent.metadata.to_dict().get("order_id") == order for intent in newest.data)


@pytest.mark.parametrize(
    ("name", "fault", "error", "created"),
    [
        ("drop after", {"kind": "drop"}, stripe.APIConnectionError, 1),
        ("drop before", {"kind": "drop", "when": "before"}, stripe.APIConnectionError, 0),
        ("error before", {"kind": "error"}, stripe.APIError, 0),
        ("error after", {"kind": "error", "when": "after"}, stripe.APIError, 1),
        ("delay after", {"kind": "delay", "seconds": 1, "when": "after"}, stripe.APIConnectionError, 1),
        ("rate limit", {"kind": "rate_limit"}, stripe.RateLimitError, 0),
    ],
)
async def test_failed_request_and_its_retry_create_one_intent(api, arm, emulator, connect, name, fault, error, created):
    order = {"key": name, "metadata": {"order_id": name}}
    await arm(**fault, method="POST", path="/v1/payment_intents", count=1)
    with pytest.raises(error):
        await connect(emulator.url, timeout=0.4).create(**order)
    assert await count_intents(api, name) == created
    retried = api.create(**order)
    if name == "error after":  # Stripe saves its own 500s under the key
        with pytest.raises(stripe.APIError, match="is unknown"):
            await retried
    else:
        await retried
    assert await count_intents(api, name) == 1


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
