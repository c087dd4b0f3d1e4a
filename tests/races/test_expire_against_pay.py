"""The buyer pays at the very end of the time to pay, up to 50 ms before or after."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import pytest
from tests.races.guards import LastWriteWins, is_cancelled
from tests.races.lab import OpenLab
from tests.races.market import Json, Market, Person, made, refusal
from tests.races.rounds import Rounds

from ticketing_common.events import ExpirationComplete
from ticketing_ops.audit.snapshot import Snapshot, by_id
from ticketing_test_support.waiting import eventually

PAID = "201"
TOO_LATE = (
    "400 The time to pay this order has run out. Nothing was charged. Order the ticket again if it is still available."
)
# Orders placed together would end together, and pay one after the other on a small machine: not at their ends.
AT_ONCE, SECONDS_EACH = 25, 0.2


@dataclass(frozen=True)
class Outcome:
    """The order, and what its buyer was told."""

    order: Json
    paying: str


async def expire_against_pay(
    market: Market, seller: Person, buyer: Person, chance: Random, *, spread: float
) -> Outcome:
    """Timers ring at whole seconds: so the time runs out just before one."""
    ticket = await market.lists(seller)
    await asyncio.sleep(chance.uniform(0, spread))
    await asyncio.sleep((chance.uniform(0.85, 0.98) - time.time()) % 1)
    order = made(await market.orders(buyer, ticket))
    end = datetime.fromisoformat(order["expiresAt"])
    await asyncio.sleep((end - datetime.now(UTC)).total_seconds() + chance.uniform(-0.05, 0.05))
    paying = refusal(await market.pays(buyer, order))

    async def is_decided() -> bool:
        return (await market.order(buyer, order))["status"] != "created"

    await eventually(is_decided, within=60, what="the order being complete or over")
    return Outcome(order, paying)


def broken(books: Snapshot, outcomes: list[Outcome]) -> list[str]:
    """Paid means complete, since nobody else wants the ticket; too late means expired, with nothing charged."""
    orders, payments = by_id(books.orders), by_id(books.payments)
    return [
        f"paying {outcome.paying}: {orders[outcome.order['id']]}, {payments[outcome.order['id']]['money']}"
        for outcome in outcomes
        for order, money in [(orders[outcome.order["id"]], payments[outcome.order["id"]]["money"])]
        if (outcome.paying, order["status"], order["reason"], money["captured"])
        not in {(PAID, "complete", None, 2000), (TOO_LATE, "cancelled", "expired", 0)}
    ]


@pytest.mark.long_run
async def test_paying_against_expiring_ends_complete_or_expired_with_nothing_charged(
    market: Market, seller: Person, buyer: Person, rounds: Rounds
) -> None:
    spread = SECONDS_EACH * min(AT_ONCE, rounds.count)
    outcomes = await rounds.run(
        lambda chance: expire_against_pay(market, seller, buyer, chance, spread=spread), at_once=AT_ONCE
    )
    books, found = await market.verdict({outcome.order["ticket"]["id"] for outcome in outcomes})
    assert found == []
    assert broken(books, outcomes) == []


@pytest.mark.long_run
async def test_control_without_compare_and_set_an_expired_order_keeps_the_money(open_lab: OpenLab) -> None:
    lab = await open_lab(window_seconds=2)
    [orders] = lab.apps["orders"]
    orders.state.store.documents = LastWriteWins(orders.state.database, "orders", stale=is_cancelled)
    seller, buyer = await lab.market.person(), await lab.market.person()
    order = made(await lab.market.orders(buyer, await lab.market.lists(seller)))
    paying = refusal(await lab.market.pays(buyer, order))
    await lab.market.says(ExpirationComplete(order_id=order["id"]))
    books, found = await lab.market.verdict({order["ticket"]["id"]})
    assert {"I2", "I3"} <= {item.guarantee for item in found}, found
    assert broken(books, [Outcome(order, paying)]) != []
