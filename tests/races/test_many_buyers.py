"""A hundred buyers want one ticket, at three replicas of orders."""

import asyncio
from itertools import cycle, islice
from random import Random

import pytest
from tests.races.guards import let_everybody_look_first, without_unique_indexes
from tests.races.lab import OpenLab
from tests.races.market import Json, Market, Person, refusal
from tests.races.rounds import Rounds

BUYERS = 100
RESERVED = "400 That ticket is already reserved. Choose another, or look again when the reservation has run out."


async def rush(market: Market, seller: Person, crowd: list[Person], chance: Random) -> tuple[Json, list[str]]:
    """The ticket, and what each of the buyers is told."""
    ticket = await market.lists(seller)

    async def comes(buyer: Person, late: float) -> str:
        await asyncio.sleep(late)
        return refusal(await market.orders(buyer, ticket))

    people = islice(cycle(crowd), BUYERS)
    return ticket, await asyncio.gather(*(comes(buyer, chance.uniform(0, 0.02)) for buyer in people))


async def test_of_a_hundred_buyers_one_has_the_ticket_and_the_others_are_told(
    market: Market, seller: Person, crowd: list[Person], rounds: Rounds
) -> None:
    rushes = await rounds.run(lambda chance: rush(market, seller, crowd, chance))
    assert [sorted(told) for _, told in rushes] == [["201", *[RESERVED] * (BUYERS - 1)]] * rounds.count
    books, found = await market.verdict({ticket["id"] for ticket, _ in rushes})
    assert found == []
    assert len(books.orders) == rounds.count


@pytest.mark.long_run
async def test_control_without_the_unique_indexes_the_ticket_is_sold_to_many(open_lab: OpenLab) -> None:
    lab = await open_lab(replicas=3)
    seller, *crowd = [await lab.market.person() for _ in range(3)]
    await without_unique_indexes(lab.databases["orders"])
    let_everybody_look_first(lab.apps["orders"], BUYERS)
    ticket, told = await rush(lab.market, seller, crowd, Random(1))
    assert told.count("201") == BUYERS
    _, found = await lab.market.verdict({ticket["id"]})
    assert any((item.promise, item.where) == ("I1", f"ticket {ticket['id']}") for item in found), found
