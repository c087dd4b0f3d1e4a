"""Expiration's clock is two minutes fast: it tells of every order at once that its time is over."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from tests.races.guards import ForgetsTheTime
from tests.races.lab import OpenLab
from tests.races.market import Json, Market, Person, made, refusal
from tests.races.rounds import Rounds

from ticketing_ops.audit.snapshot import Snapshot, by_id
from ticketing_test_support.waiting import eventually

FAST = timedelta(minutes=2)
WINDOW_SECONDS = 2.0


@dataclass(frozen=True)
class Outcome:
    """The order, and what its buyer was told, if he paid."""

    order: Json
    paying: str | None


def two_minutes_fast() -> datetime:
    """What the wrong clock shows."""
    return datetime.now(UTC) + FAST


async def pays_or_waits(market: Market, seller: Person, buyer: Person, chance: Random) -> Outcome:
    """Half of the buyers pay, at some moment within the time; the others let it run out."""
    order = made(await market.orders(buyer, await market.lists(seller)))
    if chance.random() < 0.5:
        await asyncio.sleep(chance.uniform(0, WINDOW_SECONDS / 2))
        return Outcome(order, refusal(await market.pays(buyer, order)))

    async def is_over() -> bool:
        return (await market.order(buyer, order))["status"] == "cancelled"

    await eventually(is_over, within=60, what="the order being over")
    return Outcome(order, None)


def broken(books: Snapshot, outcomes: list[Outcome]) -> list[str]:
    """Paid orders that are not complete, others that have not expired, and clocks that were right."""
    orders, expiries = by_id(books.orders), by_id(books.expiries)
    wrong = []
    for outcome in outcomes:
        order, expiry = orders[outcome.order["id"]], expiries[outcome.order["id"]]
        expected = ("complete", None) if outcome.paying == "201" else ("cancelled", "expired")
        if (order["status"], order["reason"]) != expected:
            wrong.append(f"paying {outcome.paying}: {order}")
        if expiry["fired_at"] < expiry["due_at"] + FAST / 2:
            wrong.append(f"expiration was not fast: {expiry}")
    return wrong


@pytest.mark.long_run
async def test_a_fast_clock_of_expiration_takes_no_second_from_a_buyer(open_lab: OpenLab, rounds: Rounds) -> None:
    lab = await open_lab(window_seconds=WINDOW_SECONDS, replicas=2, expiration_now=two_minutes_fast)
    seller, buyer = await lab.market.person(), await lab.market.person()
    outcomes = await rounds.run(lambda chance: pays_or_waits(lab.market, seller, buyer, chance), at_once=8)
    books, found = await lab.market.verdict({outcome.order["ticket"]["id"] for outcome in outcomes})
    assert found == []
    assert broken(books, outcomes) == []


@pytest.mark.long_run
async def test_control_an_orders_service_that_believes_it_ends_the_order_too_early(open_lab: OpenLab) -> None:
    lab = await open_lab(expiration_now=two_minutes_fast, window_seconds=100)
    market = lab.market
    [orders] = lab.apps["orders"]
    orders.state.store.documents = ForgetsTheTime(orders.state.database.collection("orders"))
    seller, buyer = await market.person(), await market.person()
    order = made(await market.orders(buyer, await market.lists(seller)))

    async def is_over() -> bool:
        return (await market.order(buyer, order))["status"] == "cancelled"

    await eventually(is_over, within=60, what="the order being over")
    _, found = await market.verdict({order["ticket"]["id"]})
    assert any("before its time" in item.what for item in found), found
