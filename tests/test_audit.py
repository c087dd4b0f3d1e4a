"""`ticketing audit` and `ticketing dead` on the whole stack: it is clean, and what is planted is found."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ticketing_common.ids import is_id
from ticketing_common.messaging import connect_readonly
from ticketing_common.mongo import Database
from ticketing_local.settings import SERVICES
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually


def audited(stack: Stack, *options: str) -> tuple[int, str]:
    """Exit status and output of the audit."""
    answer = ticketing("audit", *options, STATE_DIR=str(stack.state_dir))
    return answer.returncode, answer.stdout + answer.stderr


@pytest.fixture
async def sale(new_person, stack: Stack) -> dict[str, Any]:
    """An order that is paid and complete."""
    seller, buyer = await new_person(), await new_person()
    order = await buyer.orders(await seller.lists(price=12.5))
    await buyer.pays(order)
    await buyer.sees(order, "complete")
    return order


@asynccontextmanager
async def planted(stack: Stack, database: str, document_id: str, **fields: Any) -> AsyncIterator[None]:
    """These fields of a document, changed by hand meanwhile; its collection is named like the database."""
    assert is_id(document_id)
    mongo = Database(f"{stack.ps()['mongo']['url']}/{database}", default_name=database, indexes={})
    documents = mongo.collection(database)
    before = await documents.find_one(
        {"_id": document_id}, dict.fromkeys((name.partition(".")[0] for name in fields), 1)
    )
    try:
        await documents.update_one({"_id": document_id}, {"$set": fields})
        yield
    finally:
        await documents.update_one({"_id": document_id}, {"$set": before})
        await mongo.close()


async def test_after_a_purchase_the_audit_is_clean(sale: dict[str, Any], stack: Stack) -> None:
    status, said = audited(stack, "--settle", "60")
    assert (status, said[:7]) == (0, "clean: "), said
    assert "Stripe's ledger agrees" in said


async def test_a_stack_elsewhere_is_audited_by_its_addresses_alone(
    sale: dict[str, Any], stack: Stack, tmp_path: Path
) -> None:
    urls = {name: row["url"] for name, row in stack.ps().items()}
    databases = " ".join(f"{service}-mongo={urls['mongo']}" for service in SERVICES)
    answer = ticketing("audit", "--settle", "60", STATE_DIR=str(tmp_path), ADDRESSES=f"nats={urls['nats']} {databases}")
    assert (answer.returncode, answer.stdout[:7]) == (0, "clean: "), answer.stdout + answer.stderr
    assert "Stripe's ledger was not read" in answer.stdout


async def test_a_ticket_that_names_a_wrong_order_is_found(sale: dict[str, Any], stack: Stack) -> None:
    ticket_id, wrong = sale["ticket"]["id"], "f" * 24
    async with planted(stack, "tickets", ticket_id, order_id=wrong):
        status, said = audited(stack)
    assert status == 1, said
    assert (
        f"ticket {ticket_id}: is held by order {wrong} in tickets, but orders has the live order {sale['id']}" in said
    )


async def test_money_that_stripe_tells_otherwise_is_found(sale: dict[str, Any], stack: Stack) -> None:
    async with planted(stack, "payments", sale["id"], **{"money.captured": 1249}):
        status, said = audited(stack, "--json")
    about = [item["what"] for item in json.loads(said)["findings"] if item["where"] == f"order {sale['id']}"]
    assert status == 1, said
    assert any("Stripe's ledger has captured 1250" in what for what in about)


async def test_a_poison_message_is_found_by_the_audit_and_can_be_replayed_and_dropped(stack: Stack) -> None:
    state_dir = str(stack.state_dir)
    async with connect_readonly(stack.ps()["nats"]["url"]) as jetstream:
        await jetstream.publish("expiration.complete", b'{"orderId": 5')

    def parked() -> list[dict[str, Any]]:
        return json.loads(ticketing("dead", "list", "--json", STATE_DIR=state_dir).stdout)

    await eventually(lambda: len(parked()) == 1, what="the parked message")
    letter = parked()[0]
    status, said = audited(stack)
    assert status == 1, said
    assert f"I7  dead letter {letter['id']}: {letter['durable']} could not handle" in said, said
    listed = ticketing("dead", "list", STATE_DIR=state_dir).stdout
    assert (listed.count("\n"), listed.split()[-3:]) == (1, ["ExpirationComplete:", "not", "JSON"]), listed
    shown = ticketing("dead", "show", str(letter["id"]), STATE_DIR=state_dir)
    assert '{"orderId": 5' in shown.stdout
    assert "There is no dead letter 99" in ticketing("dead", "show", "99", STATE_DIR=state_dir).stderr

    # Nobody mended it: said again, it is parked again, under another id.
    assert ticketing("dead", "replay", str(letter["id"]), STATE_DIR=state_dir).returncode == 0
    await eventually(lambda: [again["id"] for again in parked()] == [letter["id"] + 1], what="it being parked again")
    assert "confirm with --yes" in ticketing("dead", "drop", "--all", STATE_DIR=state_dir).stderr
    assert ticketing("dead", "drop", "--all", "--yes", STATE_DIR=state_dir).returncode == 0
    assert ticketing("dead", "list", STATE_DIR=state_dir).stdout == "There are no dead letters.\n"
