"""The service as a process, at its most verbose: no secret, token or client secret is logged or stored."""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from ticketing_common.events import OrderStatus
from ticketing_common.mongo import new_id
from ticketing_payments.domain.payment import Order, Payment
from ticketing_payments.store import MongoPaymentStore
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.servers import Server, free_port, started
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.waiting import eventually

KEY, WEBHOOK_SECRET = "sk_test_never_logged", "whsec_never_logged"
TOKENS = ["pm_card_visa_chargeDeclined", "ctoken_unknown", "pm_card_authenticationRequired", "tok_visa"]
# `ctoken_…` in a text does not match.
SECRET = re.compile(r"(?:ctoken|tok|pm)_\w+|_secret_\w+|[sr]k_test_\w+|whsec_\w+|eyJ[\w-]+\.")


@pytest.fixture
def service(tmp_path: Path, mongo_uri: str, emulator: Server) -> Iterator[Server]:
    """The service as a process."""
    port = free_port()
    variables = {"MONGO_URI": mongo_uri, "NATS_URL": "nats://127.0.0.1:1", "JWT_SECRET": JWT_SECRET, "STRIPE_KEY": KEY}
    variables |= {"STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET, "STRIPE_API_BASE": emulator.url, "LOG_LEVEL": "DEBUG"}
    uvicorn = [sys.executable, "-m", "uvicorn", "ticketing_payments.main:app", "--port", str(port)]
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in variables.items()), *uvicorn]
    with started(Server(command, port, f"http://127.0.0.1:{port}", tmp_path / "service.log")) as server:
        yield server


async def test_no_secret_is_logged_or_stored(service: Server, store: MongoPaymentStore) -> None:
    async def is_ready() -> bool:
        return (await client.get("/healthz/ready")).status_code == 200

    user_id, statuses = new_id(), []
    async with httpx.AsyncClient(base_url=service.url, headers=cookie_for(user_id), trust_env=False) as client:
        await eventually(is_ready, what="the service being ready")
        for token in TOKENS:
            body = {"token": token, "orderId": await add_order(store, user_id)}
            statuses.append((await client.post("/api/payments", json=body)).status_code)
        await client.post("/api/payments/webhook", content=b"{}", headers={"Stripe-Signature": WEBHOOK_SECRET})
    logged = service.log.read_text()
    assert statuses == [402, 400, 201, 201]
    assert "stripe.token_rejected" in logged
    assert SECRET.findall(logged) == []
    assert SECRET.findall(str(await store.documents.find_many({}, sort=[("_id", 1)], limit=10))) == []


def test_pattern_finds_every_kind_of_secret() -> None:
    secrets = [*TOKENS, KEY, WEBHOOK_SECRET, "pi_1_secret_2"]
    assert len(SECRET.findall(" ".join(secrets))) == len(secrets)


async def add_order(store: MongoPaymentStore, user_id: str) -> str:
    order = Order(0, OrderStatus.CREATED, user_id, expires_at=datetime.now(UTC) + timedelta(minutes=15), price=1250)
    payment = Payment(order_id=new_id(), id=new_id(), version=0, order=order)
    await store.add(payment)
    return payment.order_id
