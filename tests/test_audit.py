"""`ticketing audit` and `ticketing dead` on the whole system: it is clean, and what is planted is found."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ticketing_common.messaging import DeadLetters, connect_readonly
from ticketing_common.mongo import Database
from ticketing_local.settings import SERVICES
from ticketing_test_support.api import Json, NewClient
from ticketing_test_support.operations import operate
from ticketing_test_support.stack import Stack, ticketing
from ticketing_test_support.waiting import eventually


@pytest.fixture
async def sale(new_client: NewClient) -> Json:
    """A complete order."""
    seller, buyer = await new_client(), await new_client()
    return await buyer.buy(await seller.create_ticket(price=12.5))


def audit(stack: Stack, *options: str, **environment: str) -> tuple[int, str]:
    """Exit status and output."""
    done = ticketing("audit", *options, **{"STATE_DIR": str(stack.state_dir), **environment})
    return done.returncode, done.stdout + done.stderr


async def dead(stack: Stack, *arguments: str) -> str:
    """The output of `ticketing dead`, in this process."""
    return (await asyncio.to_thread(operate, stack, "dead", *arguments))[1]


@asynccontextmanager
async def captured_amount(stack: Stack, order: Json, cents: int) -> AsyncIterator[None]:
    """While inside, payments has recorded another amount than Stripe captured."""
    database = Database(f"{stack.urls()['mongo']}/payments", default_name="payments", indexes={})
    by_id, payments = {"_id": order["id"]}, database.collection("payments")
    await payments.update_one(by_id, {"$set": {"money.captured": cents}})
    yield
    await payments.update_one(by_id, {"$set": {"money.captured": 1250}})
    await database.close()


async def test_audit_is_clean_after_sale(sale: Json, stack: Stack) -> None:
    status, output = audit(stack, "--settle", "60")
    assert (status, output[:7]) == (0, "clean: "), output
    assert "Stripe's ledger agrees" in output


async def test_audit_of_a_stack_elsewhere_needs_only_addresses(sale: Json, stack: Stack, tmp_path: Path) -> None:
    urls = stack.urls()
    databases = " ".join(f"{service}-mongo={urls['mongo']}" for service in SERVICES)
    addresses = f"nats={urls['nats']} {databases}"
    status, output = audit(stack, "--settle", "60", STATE_DIR=str(tmp_path), ADDRESSES=addresses)
    assert (status, output[:7]) == (0, "clean: "), output
    assert "Stripe's ledger was not read" in output


async def test_audit_finds_amount_that_differs_from_stripes(sale: Json, stack: Stack) -> None:
    # More, not less: amounts only grow, so a late webhook does not correct it.
    async with captured_amount(stack, sale, 1251):
        status, output = audit(stack, "--json")
    found = [item["what"] for item in json.loads(output)["findings"] if item["where"] == f"order {sale['id']}"]
    assert status == 1, output
    assert any("Stripe's ledger has captured 1250" in what for what in found)


async def test_dead_letter_is_found_replayed_and_dropped(stack: Stack) -> None:
    async with connect_readonly(stack.urls()["nats"]) as jetstream:

        async def wait_for_letter(*, after: int = 0) -> int:
            found = list[int]()

            async def arrived() -> bool:
                found[:] = [letter.sequence async for letter in DeadLetters(jetstream).all() if letter.sequence > after]
                return len(found) == 1

            await eventually(arrived, what="the dead letter")
            return found[0]

        await jetstream.publish("expiration.complete", b'{"orderId": 5')
        letter = await wait_for_letter()
        status, output = await asyncio.to_thread(operate, stack, "audit")
        assert (status, f"I7  dead letter {letter}: orders-expiration-complete could not" in output) == (1, True)
        assert '{"orderId": 5' in await dead(stack, "show", str(letter))
        assert "There is no dead letter 99" in await dead(stack, "show", "99")
        await dead(stack, "replay", str(letter))
        again = await wait_for_letter(after=letter)  # still invalid: it is dead-lettered again, with another id
    listed = await dead(stack, "list")
    assert (listed.split()[0], listed.split()[-3:]) == (str(again), ["ExpirationComplete:", "not", "JSON"]), listed
    assert "confirm with --yes" in await dead(stack, "drop", "--all")
    ticketing("dead", "drop", "--all", "--yes", STATE_DIR=str(stack.state_dir))
    assert await dead(stack, "list") == "There are no dead letters.\n"
