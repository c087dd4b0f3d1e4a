"""The operators' commands on the whole system, also while parts of it are away."""

import asyncio
import json
import os
import re
import subprocess
import termios
from pathlib import Path
from typing import Any

import httpx
import pytest

from ticketing_common.messaging import connect_readonly
from ticketing_local.settings import SERVICES
from ticketing_ops.errors import OperationError
from ticketing_test_support.api import Json, NewClient
from ticketing_test_support.faults import down, frozen
from ticketing_test_support.stack import TICKETING, Stack, ticketing
from ticketing_test_support.timelines import in_order, sentences, timeline_of
from ticketing_test_support.waiting import eventually


def status(stack: Stack) -> dict[str, Any]:
    done = ticketing("status", "--json", STATE_DIR=str(stack.state_dir))
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (1 if report["problems"] else 0)
    return report


def test_status_shows_each_process_and_consumer(stack: Stack) -> None:
    report = status(stack)
    processes = {each["process"]["name"]: each for each in report["processes"]}
    assert processes.keys() == stack.ps().keys()
    assert all(each["process"]["running"] and each["process"]["since"] for each in processes.values())
    assert processes["orders-2"]["health"]["text"] == "ready"
    assert {lag["consumer"] for lag in report["broker"]["consumers"]} >= {"orders-payment-created"}
    assert [outbox["service"] for outbox in report["outboxes"] if outbox["error"] is None] == list(SERVICES)


async def test_status_names_what_is_down(stack: Stack) -> None:
    with frozen(stack, "mongo"), frozen(stack, "nats"), down(stack, "payments"):
        report = await asyncio.to_thread(status, stack)
    found = "\n".join(problem["what"] for problem in report["problems"])
    assert "The databases of auth, tickets, orders, payments, expiration do not respond." in found
    assert "payments: does not run, stopped." in found
    assert "Sales go on; events wait in the outboxes." in found
    assert "orders-1: " in found


def test_status_elsewhere_needs_only_addresses(stack: Stack, tmp_path) -> None:
    urls = stack.urls()
    databases = " ".join(f"{service}-mongo={urls['mongo']}" for service in SERVICES)
    addresses = f"nats={urls['nats']} orders={urls['orders-1']} {databases}"
    done = ticketing("status", STATE_DIR=str(tmp_path), ADDRESSES=addresses)
    assert "orders" in done.stdout
    assert "consumers      1" in done.stdout
    assert done.stderr == ""


async def test_trace_tells_a_purchase(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.buy(await seller.create_ticket("Hamlet, row A", price=12.5))

    async def is_settled() -> bool:
        return not (await timeline_of(stack, order["id"])).tasks

    await eventually(is_settled, within=30, what="every event handled")
    told = await timeline_of(stack, order["id"])
    assert told.title == f"Order {order['id']} of “Hamlet, row A” at $12.50: complete"
    assert in_order(
        told, "orders: The ticket is reserved", "payments: $12.50 is captured", "orders: The payment completes"
    )
    assert in_order(told, "stream: order.created", "stream: payment.created", "stream: order.completed")
    assert {"stripe", "stream", "orders", "payments"} <= {step.source for step in told.steps}
    assert told.facts["buyer"] == f"{buyer.id} (u***@e***.com)"
    assert told.unread == []


async def test_trace_accepts_ids_of_ticket_and_payment(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    ticket = await seller.create_ticket()
    order = await buyer.buy(ticket)
    payment_id, _, intent_id = (await timeline_of(stack, ticket["id"])).facts["payment"].partition(" ")
    for name in (ticket["id"], payment_id, intent_id.strip("()")):
        assert (await timeline_of(stack, name)).order_id == order["id"]


async def test_trace_tells_an_expiry(stack: Stack, expired_order: Json) -> None:
    told = await timeline_of(stack, expired_order["id"])
    assert in_order(
        told, "orders: The ticket is", "expiration: The reservation is due", "orders: The reservation expires"
    )
    assert any(step.text.startswith("The expiration fires") for step in told.steps)


async def test_trace_tells_what_it_could_not_read(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.buy(await seller.create_ticket())
    with frozen(stack, "nats"), frozen(stack, "stripe"):
        told = await timeline_of(stack, order["id"])
    events, objects = told.unread
    assert events.startswith("The events could not be read")
    assert objects.startswith("Stripe could not be read")
    assert "orders: The payment completes the order" in sentences(told)


async def test_trace_names_a_dead_letter_of_its_order(stack: Stack, new_client: NewClient) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.create_order(await seller.create_ticket())
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        await jetstream.publish("payment.failed", json.dumps({"orderId": order["id"]}).encode())
    try:

        async def is_told() -> bool:
            told = await timeline_of(stack, order["id"])
            return in_order(told, "stream: orders-payment-failed gives up on payment.failed (dead letter")

        await eventually(is_told, within=30, every=0.5, what="the dead letter")
        urgent = [task.do for task in (await timeline_of(stack, order["id"])).tasks if task.needs_person]
    finally:
        ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))
    assert any(do.startswith("ticketing dead show") for do in urgent)


async def test_trace_is_printed_and_drawn(stack: Stack, new_client: NewClient, tmp_path: Path) -> None:
    seller, buyer = await new_client(), await new_client()
    order = await buyer.buy(await seller.create_ticket("Hamlet"))
    files = ("--svg", str(tmp_path / "a.svg"), "--html", str(tmp_path / "a.html"))
    done = await asyncio.to_thread(ticketing, "trace", order["id"], *files, STATE_DIR=str(stack.state_dir))
    assert (done.returncode, done.stderr) == (0, "")
    assert "  orders      The payment completes the order.\n" in done.stdout
    assert buyer.email not in done.stdout
    assert "Hamlet" in (tmp_path / "a.svg").read_text()
    assert "The payment completes the order" in (tmp_path / "a.html").read_text()


async def test_trace_of_unknown_or_invalid_id_fails_with_one_line(stack: Stack) -> None:
    with pytest.raises(OperationError, match="'x' is not an id"):
        await timeline_of(stack, "x")
    done = await asyncio.to_thread(ticketing, "trace", "f" * 24, STATE_DIR=str(stack.state_dir))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: No order, ticket or payment has the id {'f' * 24}\n"


def test_top_once_shows_routes_consumers_and_processes(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, trust_env=False) as http:
        for _ in range(5):
            http.get("/api/tickets")
    done = ticketing("top", "--once", "--interval", "0.5", STATE_DIR=str(stack.state_dir))
    assert (done.returncode, done.stderr) == (0, "")
    assert "requests/s" in done.stdout
    assert re.search(r"^orders-payment-created +\d", done.stdout, re.MULTILINE)
    assert re.search(r"^orders-2 +\d+%", done.stdout, re.MULTILINE)


def test_top_in_a_terminal_ends_with_q(stack: Stack) -> None:
    controller, terminal = os.openpty()
    before = termios.tcgetattr(terminal)
    environment = {**os.environ, "STATE_DIR": str(stack.state_dir)}
    with subprocess.Popen(
        [*TICKETING, "top", "--interval", "0.2"], env=environment, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        shown = b""
        while b"requests/s" not in shown:
            shown += os.read(controller, 65_536)
        os.write(controller, b"q")
        while not shown.endswith(b"\x1b[?1049l"):
            shown += os.read(controller, 65_536)
        assert process.wait(30) == 0
    assert termios.tcgetattr(terminal) == before
    os.close(controller)
    os.close(terminal)
