"""A signed webhook triggers a check of its intent; it may arrive twice, late, early or out of order."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from payments.tests.conftest import WEBHOOK_SECRET
from prometheus_client import REGISTRY

from ticketing_common.events import PaymentCreated, PaymentState
from ticketing_payments.ports import InvalidWebhook
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_test_support.payments.scenario import PRICE, PaymentScenario
from ticketing_test_support.payments.stripe import REQUIRES_3DS

PATH = "/api/payments/webhook"
READER = StripeGateway("sk_test_1", webhook_secret=WEBHOOK_SECRET)


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, age: int = 0) -> dict[str, str]:
    """The header by which Stripe signs (docs.stripe.com/webhooks, "verify manually")."""
    moment = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={digest}"}


def event_about(kind: str = "payment_intent.succeeded", **fields: object) -> bytes:
    subject = {"object": "payment_intent", "id": "pi_unknown"} | fields
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": subject}}).encode()


async def send(client: httpx.AsyncClient, kind: str = "payment_intent.succeeded", **fields: object) -> httpx.Response:
    body = event_about(kind, **fields)
    return await client.post(PATH, content=body, headers=signed(body))


def counted(kind: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("payment_webhooks_total", {"type": kind, "outcome": outcome}) or 0.0


@pytest.fixture
async def captured(scenario: PaymentScenario) -> PaymentScenario:
    """The buyer has passed 3-D Secure, which is not known here yet."""
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.capture(scenario.intent_id)
    return scenario


@pytest.mark.parametrize("form", ["intent", "charge", "expanded"])
async def test_signed_webhook_is_applied(client: httpx.AsyncClient, captured: PaymentScenario, form: str) -> None:
    intent_id = captured.intent_id
    about: dict[str, dict[str, Any]] = {
        "intent": {"id": intent_id},
        "charge": {"object": "charge", "id": "ch_1", "payment_intent": intent_id},
        "expanded": {"object": "dispute", "id": "du_1", "payment_intent": {"id": intent_id}},
    }
    response = await send(client, **about[form])
    assert (response.status_code, response.json()) == (200, {})
    assert (await captured.payment()).is_captured


async def test_fifty_webhooks_at_once_publish_one_event(client: httpx.AsyncClient, captured: PaymentScenario) -> None:
    await asyncio.gather(*(send(client, id=captured.intent_id) for _ in range(50)))
    assert [type(event) for event in await captured.published(PaymentState)] == [PaymentCreated]


async def test_content_of_a_webhook_is_not_trusted(client: httpx.AsyncClient, scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    await send(client, id=scenario.intent_id, status="succeeded", amount_received=PRICE)
    assert not (await scenario.payment()).is_captured


@pytest.mark.parametrize(
    "fields",
    [
        {"object": "customer", "id": "cus_1"},
        {"object": "charge", "payment_intent": None},
        {"id": "pi_unknown"},
        {"id": "pi_of_another_system"},
        {"id": "not stored yet"},
    ],
    ids=str,
)
async def test_webhook_about_no_stored_intent_is_ignored(
    client: httpx.AsyncClient, scenario: PaymentScenario, fields: dict[str, object]
) -> None:
    await scenario.stripe.create_intent(order_id="of_another_system", amount=1, currency="eur")
    await scenario.stripe.create_intent(order_id=scenario.order_id, amount=PRICE, currency="usd")
    if fields.get("id") == "not stored yet":
        fields = {"id": scenario.intent_id}
    before, ignored = await scenario.payment(), counted("other", "ignored")
    assert (await send(client, "customer.created", **fields)).status_code == 200
    assert (await scenario.payment(), counted("other", "ignored")) == (before, ignored + 1)


@pytest.mark.parametrize(
    ("kind", "label"),
    [("charge.updated", "charge.updated"), ("balance.available", "other"), ("invented.by.stripe", "other")],
)
async def test_label_of_a_webhook_is_one_of_a_few(client: httpx.AsyncClient, kind: str, label: str) -> None:
    count = counted(label, "ignored")
    await send(client, kind)
    assert counted(label, "ignored") == count + 1


async def test_webhook_makes_the_refund_that_waited_for_a_dispute(
    client: httpx.AsyncClient, scenario: PaymentScenario
) -> None:
    await scenario.pay()
    scenario.stripe.dispute(scenario.intent_id)
    await scenario.refund()
    scenario.stripe.dispute(scenario.intent_id, won=PRICE)
    await send(client, "charge.dispute.closed", object="dispute", payment_intent=scenario.intent_id)
    assert list(scenario.stripe.refunds.values()) == [PRICE]


async def test_outage_makes_stripe_send_the_webhook_again(client: httpx.AsyncClient, captured: PaymentScenario) -> None:
    captured.stripe.is_down = True
    assert (await send(client, id=captured.intent_id)).status_code == 503


async def require_refused(
    client: httpx.AsyncClient, captured: PaymentScenario, body: bytes, headers: dict[str, str], outcome: str
) -> str:
    """The message of the 400; the webhook is counted, and changes nothing although the intent has changed."""
    before, count = await captured.payment(), counted("other", outcome)
    response = await client.post(PATH, content=body, headers=headers)
    assert (response.status_code, counted("other", outcome)) == (400, count + 1)
    assert await captured.payment() == before
    [error] = response.json()["errors"]
    return str(error["message"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": "nonsense"},
        {"Stripe-Signature": "t=1,v1="},
        {"Stripe-Signature": f"t={int(time.time())},v1=\u00fc".encode("latin-1")},
        "another secret",
        "another body",
        "too old",
        "from the future",
    ],
    ids=["missing", "nonsense", "empty", "not ASCII", "another secret", "another body", "too old", "from the future"],
)
async def test_invalid_signature_is_refused(client: httpx.AsyncClient, captured: PaymentScenario, headers: Any) -> None:
    body = event_about(id=captured.intent_id)
    made = {
        "another secret": signed(body, secret="whsec_of_another_endpoint"),
        "another body": signed(event_about("charge.refunded")),
        "too old": signed(body, age=301),
        "from the future": signed(body, age=-302),
    }
    headers = made[headers] if isinstance(headers, str) else headers
    assert "signature" in await require_refused(client, captured, body, headers, "invalid_signature")


@pytest.mark.parametrize("age", [299, -299])
async def test_signature_may_be_five_minutes_off(
    client: httpx.AsyncClient, captured: PaymentScenario, age: int
) -> None:
    body = event_about(id=captured.intent_id)
    assert (await client.post(PATH, content=body, headers=signed(body, age=age))).status_code == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["id", "object"]), inner),
    max_leaves=8,
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "type": JSON | st.just("charge.refunded"),
        "data": JSON
        | st.fixed_dictionaries(
            {
                "object": JSON
                | st.fixed_dictionaries(
                    {}, optional={"object": JSON | st.just("payment_intent"), "id": JSON, "payment_intent": JSON}
                )
            }
        ),
    },
)


@given(data=JSON | EVENTS)
def test_signed_json_of_any_shape_is_an_event_or_refused(data: object) -> None:
    body = json.dumps(data).encode()
    try:
        event = READER.read_webhook(body, signed(body)["Stripe-Signature"])
    except InvalidWebhook:
        return
    assert re.fullmatch(r"[a-z0-9_.]+", event.type)
    assert event.intent_id is None or re.fullmatch(r"pi_\w+", event.intent_id, re.ASCII)


NO_IDS: tuple[object, ...] = (5, ["pi_1"], {}, "ch_1")
ODD_BODIES = [
    *(b"", b"{", b"[" * 100, b"1" * 5_000, b"[]", b"null", b'"payment_intent.succeeded"', b"{}"),
    b'{"type": "payment_intent.succeeded"}',
    b'{"type": null, "data": {"object": {"object": "payment_intent", "id": "pi_1"}}}',
    b'{"type": "payment_intent.succeeded", "data": []}',
    b'{"type": "payment_intent.succeeded", "data": {}}',
    b'{"type": "payment_intent.succeeded", "data": {"object": null}}',
    b'{"type": "payment_intent.succeeded", "data": {"object": "pi_1"}}',
    b'{"type": "payment_intent.succeeded", "data": {"object": 7}}',
    b'{"type": "payment_intent.succeeded", "data": {"object": ["pi_1"]}}',
    b'[{"type": "payment_intent.succeeded", "data": {"object": {}}}]',
    *(event_about(kind, object="charge") for kind in ("", "a b", "charge.\ud800", "x" * 600, "charge\n")),
    *(event_about(id=odd) for odd in (5, "", "cus_1", "pi_1/../../v1/refunds", "pi_1\n", "pi_" + "1" * 300)),
    event_about(id=None),
    *(event_about(object="charge", payment_intent=odd) for odd in NO_IDS),
]


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[-40:]))
async def test_signed_body_that_is_no_event_is_refused(
    client: httpx.AsyncClient, captured: PaymentScenario, body: bytes
) -> None:
    message = await require_refused(client, captured, body, signed(body), "invalid_event")
    assert message == "The body is not an event of Stripe."


async def test_signed_body_that_is_not_utf_8_is_refused(client: httpx.AsyncClient, captured: PaymentScenario) -> None:
    await require_refused(client, captured, b"\xff\xfe", signed(b"\xff\xfe"), "invalid_signature")


async def test_without_a_secret_webhooks_are_refused_with_a_hint(client: httpx.AsyncClient, app: FastAPI) -> None:
    app.state.webhook_reader = StripeGateway("sk_test_1")
    response = await client.post(PATH, content=event_about(), headers=signed(event_about(), secret=""))
    assert response.status_code == 400
    assert "STRIPE_WEBHOOK_SECRET" in response.json()["errors"][0]["message"]
