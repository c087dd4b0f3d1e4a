"""Money that was taken in time is told late, while a new buyer wants the ticket that has become free."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import pytest
from tests.races.guards import let_everybody_look_first, without_unique_indexes
from tests.races.lab import Lab, OpenLab, stripe_answering_late
from tests.races.market import Json, Person, made, refusal
from tests.races.rounds import Rounds

from ticketing_common.events import ExpirationComplete
from ticketing_ops.audit.snapshot import Snapshot, by_id
from ticketing_orders.domain import TicketReserved
from ticketing_payments.domain.errors import OrderExpired
from ticketing_test_support.waiting import eventually

WINDOW_SECONDS = 1.5
RESERVED, TOO_LATE = f"400 {TicketReserved.message}", f"400 {OrderExpired.message}"


@dataclass(frozen=True)
class Outcome:
    """The late order, and what both buyers were told."""

    late: Json
    paying: str
    ordering: str


async def late_payment_against_new_buyer(
    lab: Lab, seller: Person, late: Person, newer: Person, chance: Random
) -> Outcome:
    """The time runs out, payments calls the payment off and finds the money; up to 80 ms later somebody else orders."""
    market = lab.market
    ticket = await market.lists(seller)
    order = made(await market.orders(late, ticket))
    paying = asyncio.create_task(market.pays(late, order))
    end = datetime.fromisoformat(order["expiresAt"])
    await asyncio.sleep((end - datetime.now(UTC)).total_seconds())
    await market.says(ExpirationComplete(order_id=order["id"]))
    await asyncio.sleep(chance.uniform(0, 0.08))
    ordering = refusal(await market.orders(newer, ticket))
    return Outcome(order, refusal(await paying), ordering)


def broken(books: Snapshot, outcomes: list[Outcome]) -> list[str]:
    """Who has the ticket, and the money, against what both were told."""
    orders = by_id(books.orders)
    wrong = []
    for outcome in outcomes:
        late = orders[outcome.late["id"]]
        ended = (late["status"], late["reason"], tuple(late["judged"].values()))
        told = (outcome.paying, outcome.ordering)
        if told == ("201", RESERVED):
            well = ended == ("complete", None, (None,))
        elif told == ("201", "201"):
            well = ended == ("cancelled", "expired", ("expired",))
        else:  # on a machine so slow that the payment itself came too late
            well = outcome.paying == TOO_LATE and ended == ("cancelled", "expired", ())
        wrong += [] if well else [f"paying late {outcome.paying}, ordering {outcome.ordering}: {late}"]
    return wrong


@pytest.mark.long_run
async def test_a_late_payment_against_a_new_buyer_ends_with_one_order_and_one_refund_at_most(
    open_lab: OpenLab, rounds: Rounds
) -> None:
    lab = await open_lab(window_seconds=WINDOW_SECONDS, replicas=3)
    seller, late, newer = [await lab.market.person() for _ in range(3)]
    async with stripe_answering_late(lab, seconds=3):
        outcomes = await rounds.run(
            lambda chance: late_payment_against_new_buyer(lab, seller, late, newer, chance), at_once=8
        )
    books, found = await lab.market.verdict({outcome.late["ticket"]["id"] for outcome in outcomes})
    assert [item for item in found if item.guarantee != "I8"] == []  # nobody watches the new buyers' time here
    assert broken(books, outcomes) == []
    assert "201" in {outcome.paying for outcome in outcomes}


@pytest.mark.long_run
async def test_control_without_the_unique_indexes_both_have_the_ticket(open_lab: OpenLab) -> None:
    lab = await open_lab(window_seconds=WINDOW_SECONDS, replicas=2)
    market = lab.market
    seller, late, newer = [await market.person() for _ in range(3)]
    await without_unique_indexes(lab.databases["orders"])
    ticket = await market.lists(seller)
    order = made(await market.orders(late, ticket))
    async with stripe_answering_late(lab, seconds=3):
        paying = asyncio.create_task(market.pays(late, order))
        await asyncio.sleep(WINDOW_SECONDS)
        let_everybody_look_first(lab.apps["orders"], 2)
        await market.says(ExpirationComplete(order_id=order["id"]))

        async def is_over() -> bool:
            return (await market.order(late, order))["status"] == "cancelled"

        await eventually(is_over, what="the order being over")
        ordering = refusal(await market.orders(newer, ticket))
        outcome = Outcome(order, refusal(await paying), ordering)
    books, found = await market.verdict({ticket["id"]})
    assert any(item.guarantee == "I1" for item in found), found
    assert broken(books, [outcome]) != []
