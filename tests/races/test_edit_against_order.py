"""The seller edits a ticket while somebody orders it."""

import asyncio
from dataclasses import dataclass
from random import Random

import pytest
from tests.races.guards import LastWriteWins
from tests.races.lab import OpenLab
from tests.races.market import Json, Market, Person, made, refusal
from tests.races.rounds import Rounds

from ticketing_ops.audit.snapshot import Document, Snapshot, by_id

OLD, NEW = ("Row C", 2000), ("Row A", 3500)
RESERVED = "400 This ticket is reserved or sold and cannot be changed now."


@dataclass(frozen=True)
class Outcome:
    """The order, and what the seller was told."""

    order: Json
    editing: str


async def edit_against_order(market: Market, seller: Person, buyer: Person, chance: Random) -> Outcome:
    """Either comes first, by up to 30 ms. Nobody pays: to hear of that would mend a reservation that was lost."""
    ticket = await market.lists(seller, title=OLD[0], price=OLD[1] / 100)

    async def edits(late: float) -> str:
        await asyncio.sleep(late)
        return refusal(await market.edits(seller, ticket, title=NEW[0], price=NEW[1] / 100))

    async def orders(late: float) -> Json:
        await asyncio.sleep(late)
        return made(await market.orders(buyer, ticket))

    editing, order = await asyncio.gather(edits(chance.uniform(0, 0.03)), orders(chance.uniform(0, 0.03)))
    return Outcome(order, editing)


def broken(books: Snapshot, outcomes: list[Outcome]) -> list[str]:
    """Edits that were accepted and are lost, or refused and made; changes too few; prices that never were."""
    tickets, orders = by_id(books.tickets), by_id(books.orders)
    return [
        f"editing {outcome.editing}: the ticket is {ticket}, its order {order}; the buyer was told {outcome.order}"
        for outcome in outcomes
        for order in [orders[outcome.order["id"]]]
        for ticket in [tickets[order["ticket"]["id"]]]
        if not _is_well(outcome, ticket, order)
    ]


def _is_well(outcome: Outcome, ticket: Document, order: Document) -> bool:
    edited = {"200": True, RESERVED: False}[outcome.editing]
    shown = NEW if edited else OLD
    changes = edited + 1 + (order["status"] == "cancelled")  # edited, reserved, and free again after its time
    ordered_as = (order["ticket"]["title"], order["ticket"]["price"])
    return (
        (ticket["title"], ticket["price"], ticket["version"]) == (*shown, changes)
        and ordered_as in (OLD, shown)
        and round(outcome.order["ticket"]["price"] * 100) == order["ticket"]["price"]
    )


async def test_an_edit_against_an_order_keeps_the_edit_or_refuses_it_and_the_ticket_stays_reserved(
    market: Market, seller: Person, buyer: Person, rounds: Rounds
) -> None:
    outcomes = await rounds.run(lambda chance: edit_against_order(market, seller, buyer, chance), at_once=4)
    books, found = await market.verdict({outcome.order["ticket"]["id"] for outcome in outcomes})
    assert found == []
    assert broken(books, outcomes) == []


@pytest.mark.long_run
async def test_control_without_compare_and_set_the_edit_puts_a_reserved_ticket_on_sale(open_lab: OpenLab) -> None:
    lab = await open_lab()
    [tickets] = lab.apps["tickets"]
    tickets.state.store.documents = LastWriteWins(
        tickets.state.database, "tickets", stale=lambda changes: changes["order_id"] is None
    )
    seller, buyer = await lab.market.person(), await lab.market.person()
    outcome = await edit_against_order(lab.market, seller, buyer, Random(1))
    books, found = await lab.market.verdict({outcome.order["ticket"]["id"]})
    assert any("is free by tickets" in item.what for item in found), found
    assert broken(books, [outcome]) != []
