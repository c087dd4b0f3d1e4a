"""A webhook is a trigger to look at the intent: signed, it may come twice, late, in any order or too early."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from ticketing_common.events import PaymentCreated, PaymentRefunded, PaymentStatus
from ticketing_payments.ports import InvalidSignature, WebhookEvent
from ticketing_payments.use_cases.webhooks import handle_webhook
from ticketing_test_support.apps import served
from ticketing_test_support.payments.stories import PRICE, Shop
from ticketing_test_support.payments.stripe import WANTS_3DS

WEBHOOK = "/api/payments/webhook"


class Unsigned:
    """A WebhookReader that takes the body for the signal: `type intent_id`."""

    def read_webhook(self, body: bytes, signature: str | None) -> WebhookEvent:
        kind, _, intent_id = body.decode().partition(" ")
        return WebhookEvent(type=kind, intent_id=intent_id or None)


async def hear(shop: Shop, kind: str = "payment_intent.succeeded", intent_id: str | None = None) -> None:
    body = f"{kind} {intent_id or shop.intent_id}".encode()
    await handle_webhook(shop.deps, Unsigned(), body=body, signature=None)


def heard(kind: str, outcome: str) -> float:
    """How many webhooks of this kind had this outcome, by the service's own count."""
    return REGISTRY.get_sample_value("payment_webhooks_total", {"type": kind, "outcome": outcome}) or 0.0


async def test_a_webhook_tells_of_a_payment_whose_buyer_left(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    shop.stripe.capture(shop.intent_id)
    await hear(shop)
    assert len(shop.payments.told(PaymentCreated)) == 1


async def test_fifty_webhooks_at_once_are_one_event(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    shop.stripe.capture(shop.intent_id)
    await asyncio.gather(*(hear(shop) for _ in range(50)))
    assert len(shop.payments.said) == 1


async def test_what_a_webhook_claims_is_not_believed(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    await hear(shop, "payment_intent.succeeded")
    assert (shop.payment.money.captured, shop.payments.said) == (0, [])


async def test_webhooks_that_come_in_the_wrong_order_end_the_same(shop: Shop) -> None:
    await shop.pay()
    await shop.refund()
    for kind in ("charge.refunded", "payment_intent.succeeded", "payment_intent.created"):
        await hear(shop, kind)
    assert shop.payment.status is PaymentStatus.REFUNDED
    assert [type(event) for event in shop.payments.said] == [PaymentCreated, PaymentRefunded]


async def test_a_webhook_of_an_intent_that_is_not_stored_yet_is_ignored(shop: Shop) -> None:
    await shop.stripe.create_intent(order_id=shop.order_id, amount=PRICE, currency="usd")
    before = shop.payment
    await hear(shop, "payment_intent.created")
    assert shop.payment == before


async def test_a_webhook_about_anothers_intent_is_ignored(shop: Shop) -> None:
    await shop.stripe.create_intent(order_id="theirs", amount=1, currency="eur")
    ignored = heard("other", "ignored")
    await hear(shop, intent_id="pi_theirs")
    await hear(shop, intent_id="pi_nobodys")
    assert heard("other", "ignored") == ignored + 2


async def test_a_webhook_about_no_intent_is_ignored_without_a_look(shop: Shop) -> None:
    await handle_webhook(shop.deps, Unsigned(), body=b"payout.paid", signature=None)
    assert shop.stripe.calls == []


async def test_money_that_comes_for_a_cancelled_order_is_told_like_any(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    shop.stripe.before["cancel"] = _captured_meanwhile(shop)
    await shop.cancel()
    assert [type(event) for event in shop.payments.said] == [PaymentCreated]


def _captured_meanwhile(shop: Shop) -> Any:
    async def capture() -> None:
        shop.stripe.capture(shop.intent_id)

    return capture


# Over HTTP, with the real signature check.


def signed(body: bytes, *, secret: str = "whsec_only_tests_know_it", age: int = 0) -> dict[str, str]:
    """The header with which Stripe signs (docs.stripe.com/webhooks, "verify manually")."""
    moment = int(time.time()) - age
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={digest}"}


def event(kind: str = "payment_intent.succeeded", **about: object) -> bytes:
    """An event's body as Stripe sends it."""
    subject = {"object": "payment_intent", "id": "pi_none"} | about
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": subject}}).encode()


async def test_a_good_signature_is_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post(WEBHOOK, content=event(), headers=signed(event()))
    assert (answer.status_code, answer.json()) == (200, {})


async def test_an_unknown_type_is_taken_and_counted(client: httpx.AsyncClient) -> None:
    body, ignored = event("customer.created", object="customer", id="cus_1"), heard("other", "ignored")
    answer = await client.post(WEBHOOK, content=body, headers=signed(body))
    assert (answer.status_code, heard("other", "ignored")) == (200, ignored + 1)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (event(), {}),
        (event(), {"Stripe-Signature": "nonsense"}),
        (event(), {"Stripe-Signature": "t=1,v1="}),
        (event(), signed(event(), secret="whsec_of_somebody_else")),
        (event(), signed(event("charge.refunded"))),
        (event(), signed(event(), age=301)),
        (b"\xff\xfe", signed(b"\xff\xfe")),
    ],
    ids=["missing", "nonsense", "empty", "wrong secret", "other body", "old", "not UTF-8"],
)
async def test_a_bad_signature_is_refused_and_counted(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str]
) -> None:
    refused = heard("unknown", "invalid_signature")
    answer = await client.post(WEBHOOK, content=body, headers=headers)
    assert answer.status_code == 400
    assert "signature" in answer.json()["errors"][0]["message"]
    assert heard("unknown", "invalid_signature") == refused + 1


async def test_without_a_secret_webhooks_are_refused_in_words_for_the_operator(make_app: Any) -> None:
    async with served(make_app(stripe_webhook_secret="")) as client:
        answer = await client.post(WEBHOOK, content=event(), headers=signed(event(), secret=""))
    assert answer.status_code == 400
    assert "STRIPE_WEBHOOK_SECRET" in answer.json()["errors"][0]["message"]


async def test_a_wrong_signature_changes_nothing(shop: Shop, make_gateway: Any) -> None:
    await shop.pay(WANTS_3DS)
    shop.stripe.capture(shop.intent_id)
    before, body = shop.payment, event(id=shop.intent_id)
    signature = signed(body, secret="whsec_of_somebody_else")["Stripe-Signature"]
    with pytest.raises(InvalidSignature):
        await handle_webhook(shop.deps, make_gateway(), body=body, signature=signature)
    assert shop.payment == before
