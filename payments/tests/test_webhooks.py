"""A webhook triggers a look at its intent: it may come twice, late, in any order or too early, and has to be signed."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from payments.tests.conftest import WEBHOOK_SECRET
from prometheus_client import REGISTRY

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentCreated, PaymentRefunded, PaymentState, PaymentStatus
from ticketing_payments.ports import WebhookEvent
from ticketing_payments.stripe_gateway import StripeGateway
from ticketing_payments.use_cases.webhooks import handle_webhook
from ticketing_test_support.payments.scenario import PRICE, PaymentScenario
from ticketing_test_support.payments.stripe import REQUIRES_3DS

PATH = "/api/payments/webhook"


class UnsignedReader:
    """A WebhookReader of bodies like `type intent_id`."""

    def read_webhook(self, body: bytes, _signature: str | None) -> WebhookEvent:
        kind, _, intent_id = body.decode().partition(" ")
        return WebhookEvent(type=kind, intent_id=intent_id or None)


async def receive(scenario: PaymentScenario, kind: str = "payment_intent.succeeded", about: str | None = None) -> None:
    body = f"{kind} {scenario.intent_id if about is None else about}"
    await handle_webhook(scenario.deps, UnsignedReader(), body=body.encode(), signature=None)


def counted(kind: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("payment_webhooks_total", {"type": kind, "outcome": outcome}) or 0.0


async def test_fifty_webhooks_at_once_publish_one_event(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.capture(scenario.intent_id)
    await asyncio.gather(*(receive(scenario) for _ in range(50)))
    assert [type(event) for event in await scenario.published(PaymentState)] == [PaymentCreated]


async def test_content_of_a_webhook_is_not_trusted(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    await receive(scenario, "payment_intent.succeeded")
    assert not (await scenario.payment()).is_captured


async def test_webhooks_in_the_wrong_order_end_in_the_same_state(scenario: PaymentScenario) -> None:
    await scenario.pay()
    await scenario.refund()
    for kind in ("charge.refunded", "payment_intent.succeeded", "payment_intent.created"):
        await receive(scenario, kind)
    assert (await scenario.payment()).status is PaymentStatus.REFUNDED
    assert [type(event) for event in await scenario.published(PaymentState)] == [PaymentCreated, PaymentRefunded]


@pytest.mark.parametrize("about", ["", "pi_of_another_system", "pi_unknown", None], ids=str)
async def test_webhook_about_no_stored_intent_is_ignored(scenario: PaymentScenario, about: str | None) -> None:
    await scenario.stripe.create_intent(order_id="of_another_system", amount=1, currency="eur")
    await scenario.stripe.create_intent(order_id=scenario.order_id, amount=PRICE, currency="usd")
    before, ignored = await scenario.payment(), counted("other", "ignored")
    await receive(scenario, about=about)
    assert (await scenario.payment(), counted("other", "ignored")) == (before, ignored + 1)


async def test_webhook_makes_the_refund_that_waited_for_a_dispute(scenario: PaymentScenario) -> None:
    await scenario.pay()
    scenario.stripe.dispute(scenario.intent_id)
    await scenario.refund()
    scenario.stripe.dispute(scenario.intent_id, won=PRICE)
    await receive(scenario, "charge.dispute.closed")
    assert list(scenario.stripe.refunds.values()) == [PRICE]


async def test_outage_makes_stripe_send_the_webhook_again(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.is_down = True
    with pytest.raises(Unavailable):
        await receive(scenario)


# Over HTTP, with the real verification.


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, age: int = 0) -> dict[str, str]:
    """The header by which Stripe signs (docs.stripe.com/webhooks, "verify manually")."""
    moment = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={digest}"}


def event_about(kind: str = "payment_intent.succeeded", **fields: object) -> bytes:
    subject = {"object": "payment_intent", "id": "pi_unknown"} | fields
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": subject}}).encode()


@pytest.mark.parametrize(
    "about",
    [
        lambda intent_id: {"id": intent_id},
        lambda intent_id: {"object": "charge", "id": "ch_1", "payment_intent": intent_id},
        lambda intent_id: {"object": "dispute", "id": "du_1", "payment_intent": {"id": intent_id}},
    ],
    ids=["intent", "charge", "expanded"],
)
async def test_signed_webhook_is_applied(client: httpx.AsyncClient, scenario: PaymentScenario, about: Any) -> None:
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.capture(scenario.intent_id)
    body = event_about(**about(scenario.intent_id))
    response = await client.post(PATH, content=body, headers=signed(body))
    assert (response.status_code, response.json()) == (200, {})
    assert (await scenario.payment()).is_captured


async def test_other_event_is_accepted_and_counted(client: httpx.AsyncClient) -> None:
    body, ignored = event_about("customer.created", object="customer", id="cus_1"), counted("other", "ignored")
    response = await client.post(PATH, content=body, headers=signed(body))
    assert (response.status_code, counted("other", "ignored")) == (200, ignored + 1)


async def require_refused(
    client: httpx.AsyncClient, scenario: PaymentScenario, body: bytes, headers: dict[str, str], outcome: str
) -> str:
    """The message of the 400; the webhook is counted, and changes nothing although the intent has changed."""
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.capture(scenario.intent_id)
    before, count = await scenario.payment(), counted("unknown", outcome)
    response = await client.post(PATH, content=body, headers=headers)
    assert (response.status_code, counted("unknown", outcome)) == (400, count + 1)
    assert await scenario.payment() == before
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
    ],
    ids=["missing", "nonsense", "empty", "not ASCII", "another secret", "another body", "too old"],
)
async def test_invalid_signature_is_refused(client: httpx.AsyncClient, scenario: PaymentScenario, headers: Any) -> None:
    body = event_about(id=scenario.intent_id)
    made = {
        "another secret": signed(body, secret="whsec_of_another_endpoint"),
        "another body": signed(event_about("charge.refunded")),
        "too old": signed(body, age=301),
    }
    headers = made[headers] if isinstance(headers, str) else headers
    assert "signature" in await require_refused(client, scenario, body, headers, "invalid_signature")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"1" * 5_000,
        b"[]",
        b"null",
        b'"payment_intent.succeeded"',
        b"{}",
        b'{"type": "payment_intent.succeeded"}',
        b'{"type": null, "data": {"object": {"object": "payment_intent", "id": "pi_1"}}}',
        b'{"type": "payment_intent.succeeded", "data": []}',
        b'{"type": "payment_intent.succeeded", "data": {}}',
        b'{"type": "payment_intent.succeeded", "data": {"object": null}}',
        b'{"type": "payment_intent.succeeded", "data": {"object": "pi_1"}}',
        event_about(id=None),
        event_about(id=5),
        event_about(id=""),
        event_about(id="cus_1"),
        event_about(id="pi_1/../../v1/refunds"),
        event_about(id="pi_1\n"),
        event_about(id="pi_" + "1" * 300),
        event_about(object="charge", payment_intent=5),
        event_about(object="charge", payment_intent=["pi_1"]),
        event_about(object="charge", payment_intent={}),
    ],
    ids=lambda body: repr(body[-40:]),
)
async def test_signed_body_that_is_no_event_is_refused(
    client: httpx.AsyncClient, scenario: PaymentScenario, body: bytes
) -> None:
    message = await require_refused(client, scenario, body, signed(body), "invalid_event")
    assert message == "The body is not an event of Stripe."


async def test_signed_body_that_is_not_utf_8_is_refused(client: httpx.AsyncClient, scenario: PaymentScenario) -> None:
    await require_refused(client, scenario, b"\xff\xfe", signed(b"\xff\xfe"), "invalid_signature")


async def test_without_a_secret_webhooks_are_refused_with_a_hint(client: httpx.AsyncClient, app: FastAPI) -> None:
    app.state.webhook_reader = StripeGateway("sk_test_1")
    response = await client.post(PATH, content=event_about(), headers=signed(event_about(), secret=""))
    assert response.status_code == 400
    assert "STRIPE_WEBHOOK_SECRET" in response.json()["errors"][0]["message"]
