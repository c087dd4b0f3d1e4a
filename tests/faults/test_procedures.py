"""The procedures of docs/runbook.md, on a running stack."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from nats.js.errors import APIError

from ticketing_common.messaging import connect_readonly
from ticketing_test_support.api import NewClient, created
from ticketing_test_support.faults import restarted_with
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually, wait_until

WINDOW_SECONDS = 600
WITH_SESSIONS = ("auth", "tickets", "orders-1", "orders-2", "payments")
READY_WITHIN_SECONDS = 90.0
SMALLEST_STREAM = 1024**2
OLD, NEW = "o" * 40, "n" * 40


def operate(stack: Stack, *arguments: str) -> str:
    done = ticketing(*arguments, STATE_DIR=str(stack.state_dir))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait_until_ready(stack: Stack, *names: str) -> None:
    paths = {name: "/healthz/live" if name == "stripe" else "/healthz/ready" for name in names}

    def is_ready() -> bool:
        try:
            return all(httpx.get(f"{stack.urls()[name]}{path}", timeout=2).is_success for name, path in paths.items())
        except httpx.TransportError:
            return False

    wait_until(is_ready, within=READY_WITHIN_SECONDS, what=f"{', '.join(names)} ready")


@pytest.fixture
def restart(stack: Stack) -> Iterator[Any]:
    """Restart these processes with other settings, which the end of the test undoes."""
    with ExitStack() as restarts:

        def restart(names: tuple[str, ...], **settings: Any) -> None:
            for name in names:
                restarts.enter_context(restarted_with(stack, name, **settings))
            wait_until_ready(stack, *names)

        yield restart
    wait_until_ready(stack, *WITH_SESSIONS)


async def test_signing_key_is_replaced_without_signing_anyone_out(stack, new_client: NewClient, restart) -> None:
    await asyncio.to_thread(restart, WITH_SESSIONS, JWT_SECRET=OLD)
    user = await new_client()
    for keys in (f"{OLD},{NEW}", f"{NEW},{OLD}"):
        for name in WITH_SESSIONS:  # one after another: both settings are in use meanwhile
            await asyncio.to_thread(restart, (name,), JWT_SECRET=keys)
            assert created(await user.http.post("/api/tickets", json={"title": "Opera", "price": 5}))
    later = await new_client()
    await asyncio.to_thread(restart, WITH_SESSIONS, JWT_SECRET=NEW)
    assert created(await later.http.post("/api/tickets", json={"title": "Opera", "price": 5}))


async def test_full_stream_takes_events_again_once_it_is_raised(stack, new_client: NewClient, restart) -> None:
    seller, buyer = await new_client(), await new_client()
    paid = await buyer.buy(await seller.create_ticket())

    async def waits() -> bool:
        metrics = (await seller.http.get(f"{stack.urls()['tickets']}/metrics")).text
        lines = [line for line in metrics.splitlines() if line.startswith("outbox_pending_events")]
        return any(float(line.split()[-1]) for line in lines)

    await asyncio.to_thread(restart, ("tickets",), STREAM_MAX_BYTES=str(SMALLEST_STREAM))
    await fill(stack)
    unknown = await seller.create_ticket()  # sales go on; only orders does not know the ticket yet
    await eventually(waits, within=30, what="an event that waits")
    await asyncio.to_thread(restart, ("tickets",), STREAM_MAX_BYTES=str(64 * SMALLEST_STREAM))
    assert (await buyer.buy(unknown))["status"] == "complete"
    assert (await buyer.order(paid))["status"] == "complete"
    await asyncio.to_thread(operate, stack, "audit", "--settle", "60")


async def test_dead_letters_are_replayed_after_the_fix(stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())

    def dead_letters() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(operate(stack, "dead", "list", "--json"))
        return found

    with ExitStack() as defect:
        wrapper = ("-m", "ticketing_test_support.defective_release")
        for name in ("orders-1", "orders-2"):
            defect.enter_context(restarted_with(stack, name, wrapper=wrapper, UNREADABLE="payment.created"))
        await asyncio.to_thread(wait_until_ready, stack, "orders-1", "orders-2")
        assert (await buyer.pay(order)).status_code == 201
        await eventually(lambda: bool(dead_letters()), within=60, every=0.5, what="the dead letter")
        [letter] = dead_letters()
        assert (letter["durable"], "not a readable" in letter["reason"]) == ("orders-payment-created", True)
        assert (await buyer.order(order))["status"] == "created"
    await asyncio.to_thread(wait_until_ready, stack, "orders-1", "orders-2")
    operate(stack, "dead", "replay", "--all", "--yes")
    await buyer.wait_for_status(order, "complete")
    assert dead_letters() == []
    await asyncio.to_thread(operate, stack, "audit", "--settle", "60")


async def test_webhooks_wait_while_their_secret_is_replaced(stack, stripe, new_client: NewClient, restart) -> None:
    seller, buyer = await new_client(), await new_client()
    paid = await buyer.buy(await seller.create_ticket())
    intents = (await stripe.get("/emulator/ledger")).json()["payment_intents"]
    [intent] = [item["id"] for item in intents if item["metadata"].get("order_id") == paid["id"]]
    await asyncio.to_thread(restart, ("payments",), STRIPE_WEBHOOK_SECRET="whsec_new")
    refund = await stripe.post("/emulator/refunds", json={"payment_intent": intent, "amount": 100})
    assert refund.is_success
    await asyncio.to_thread(restart, ("stripe",), STRIPE_WEBHOOK_SECRET="whsec_new")
    await buyer.wait_for_payment(paid, refunded=1)


async def fill(stack: Stack) -> None:
    """Store what nobody consumes, in ever smaller pieces, until not even a small event has room."""
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        for size in (100_000, 10_000, 1_000, 100, 1):
            with suppress(APIError):  # maximum bytes exceeded
                while True:
                    await jetstream.publish("ticket.filler", b"x" * size)
