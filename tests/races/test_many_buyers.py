"""A hundred buyers want one ticket, at three replicas of orders."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice, pairwise
from random import Random

import pytest
from tests.races.guards import let_everybody_look_first, without_unique_indexes
from tests.races.lab import OpenLab
from tests.races.market import Json, Market, Person, refusal
from tests.races.rounds import Rounds

BUYERS = 100
RESERVED = "400 That ticket is already reserved. Choose another, or look again when the reservation has run out."


@dataclass(frozen=True)
class Told:
    """What a buyer was told, and when; `held_until` is None for who does not have the ticket."""

    words: str
    at: datetime
    held_until: datetime | None


async def rush(market: Market, seller: Person, crowd: list[Person], chance: Random) -> tuple[Json, list[Told]]:
    """The ticket, and what each of the buyers is told."""
    ticket = await market.lists(seller)

    async def comes(buyer: Person, late: float) -> Told:
        await asyncio.sleep(late)
        answer = await market.orders(buyer, ticket)
        held_until = datetime.fromisoformat(answer.json()["expiresAt"]) if answer.is_success else None
        return Told(refusal(answer), datetime.now(UTC), held_until)

    people = islice(cycle(crowd), BUYERS)
    return ticket, await asyncio.gather(*(comes(buyer, chance.uniform(0, 0.02)) for buyer in people))


def who_has_it(told: Sequence[Told]) -> list[Told]:
    """First come first. On a machine so busy that a hold runs out before all were answered, one more may have it."""
    return sorted((one for one in told if one.held_until is not None), key=lambda one: one.at)


def at_once(holds: Sequence[Told]) -> list[Told]:
    """Who was given the ticket while another one held it."""
    return [second for first, second in pairwise(holds) if first.held_until and second.at < first.held_until]


async def test_of_a_hundred_buyers_one_has_the_ticket_and_the_others_are_told(
    market: Market, seller: Person, crowd: list[Person], rounds: Rounds
) -> None:
    rushes = await rounds.run(lambda chance: rush(market, seller, crowd, chance))
    for _, told in rushes:
        assert {one.words for one in told} == {"201", RESERVED}
        assert at_once(who_has_it(told)) == []
    books, found = await market.verdict({ticket["id"] for ticket, _ in rushes})
    assert found == []
    assert len(books.orders) == sum(len(who_has_it(told)) for _, told in rushes)


@pytest.mark.long_run
async def test_control_without_the_unique_indexes_the_ticket_is_sold_to_many(open_lab: OpenLab) -> None:
    lab = await open_lab(replicas=3)
    seller, *crowd = [await lab.market.person() for _ in range(3)]
    await without_unique_indexes(lab.databases["orders"])
    let_everybody_look_first(lab.apps["orders"], BUYERS)
    ticket, told = await rush(lab.market, seller, crowd, Random(1))
    assert len(who_has_it(told)) == BUYERS
    assert len(at_once(who_has_it(told))) == BUYERS - 1
    _, found = await lab.market.verdict({ticket["id"]})
    assert any((item.guarantee, item.where) == ("I1", f"ticket {ticket['id']}") for item in found), found
