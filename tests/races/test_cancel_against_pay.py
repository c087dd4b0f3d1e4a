"""The buyer pays in one tab and cancels in another."""

import asyncio
from dataclasses import dataclass
from random import Random

import pytest
from tests.races.guards import LastWriteWins, is_cancelled
from tests.races.lab import OpenLab
from tests.races.market import Json, Market, Person, made, refusal
from tests.races.rounds import Rounds

from ticketing_ops.audit.snapshot import Document, Snapshot, by_id

DONE, PAID = "204", "201"
ALREADY_COMPLETE = "400 That order is already paid and complete; it cannot be cancelled."
CANCELLED = "400 That order was cancelled. Nothing was charged. Order the ticket again if it is still available."


@dataclass(frozen=True)
class Outcome:
    """What both tabs were told."""

    order: Json
    cancelling: str
    paying: str


async def cancel_against_pay(market: Market, seller: Person, buyer: Person, chance: Random) -> Outcome:
    """Cancelling comes at any moment of paying."""
    order = made(await market.orders(buyer, await market.lists(seller)))

    async def cancels(late: float) -> str:
        await asyncio.sleep(late)
        return refusal(await market.cancels(buyer, order))

    paid, cancelling = await asyncio.gather(market.pays(buyer, order), cancels(chance.uniform(0, 0.25)))
    return Outcome(order, cancelling, refusal(paid))


def broken(books: Snapshot, outcomes: list[Outcome]) -> list[str]:
    """What was promised to the tabs and is not so."""
    orders = by_id(books.orders)
    return [
        f"order {outcome.order['id']}: cancelling {outcome.cancelling}, paying {outcome.paying}; it is {status} {why}"
        for outcome in outcomes
        for status, why, judged in [_end_of(orders[outcome.order["id"]])]
        if (outcome.cancelling, outcome.paying, status, why, judged)
        not in {
            (ALREADY_COMPLETE, PAID, "complete", None, (None,)),
            (DONE, PAID, "cancelled", "buyer", ("buyer",)),
            (DONE, CANCELLED, "cancelled", "buyer", ()),
            # The charge was under way when the order was given up: what it took goes back.
            (DONE, CANCELLED, "cancelled", "buyer", ("buyer",)),
        }
    ]


def _end_of(order: Document) -> tuple[str, str | None, tuple[str | None, ...]]:
    return order["status"], order["reason"], tuple(order["judged"].values())


async def test_cancelling_against_paying_ends_complete_or_with_the_money_back(
    market: Market, seller: Person, buyer: Person, rounds: Rounds
) -> None:
    outcomes = await rounds.run(lambda chance: cancel_against_pay(market, seller, buyer, chance), at_once=4)
    books, found = await market.verdict({outcome.order["ticket"]["id"] for outcome in outcomes})
    assert found == []
    assert broken(books, outcomes) == []


@pytest.mark.long_run
async def test_control_without_compare_and_set_a_cancelled_order_keeps_the_money(open_lab: OpenLab) -> None:
    lab = await open_lab()
    [orders] = lab.apps["orders"]
    orders.state.store.documents = LastWriteWins(orders.state.database, "orders", stale=is_cancelled)
    seller, buyer = await lab.market.person(), await lab.market.person()
    outcome = await cancel_against_pay(lab.market, seller, buyer, Random(1))
    books, found = await lab.market.verdict({outcome.order["ticket"]["id"]})
    assert {"I2", "I3"} <= {item.guarantee for item in found}, found
    assert broken(books, [outcome]) != []
