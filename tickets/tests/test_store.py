"""Tickets on the real MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.database import Database as SyncDatabase

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState, TicketCreated
from ticketing_common.mongo import new_id
from ticketing_test_support.mongo import database_at
from ticketing_test_support.samples import order_event
from ticketing_tickets import domain
from ticketing_tickets.domain import Availability, Ticket, Total
from ticketing_tickets.store import INDEXES, MongoTicketStore

SELLER = new_id()
SELLERS_INDEX = "IXSCAN { user_id: 1, _id: -1, order_id: 1, order_version: 1, withdrawn: 1, price: 1 }"


@pytest.fixture
async def store(mongo_uri: str) -> AsyncIterator[MongoTicketStore]:
    """An empty store with its indexes."""
    database = database_at(mongo_uri, default_name="tickets", indexes=INDEXES)
    await database.run()
    yield MongoTicketStore(database)
    await database.close()


async def stored(store: MongoTicketStore, *, order: OrderState | None = None) -> Ticket:
    """A ticket in the store, held by `order` if there is one."""
    # To the millisecond, MongoDB's precision.
    now = datetime.now(UTC).replace(microsecond=0)
    ticket = Ticket(id=new_id(), title="Front row", price=1250, user_id=SELLER, created_at=now)
    ticket = domain.apply_order(ticket, order) if order else ticket
    await store.add(ticket, TicketCreated(id=ticket.id, version=0, title="Front row", price=1250, user_id=SELLER))
    return ticket


async def test_ticket_round_trips(store: MongoTicketStore) -> None:
    ticket = await stored(store, order=order_event(OrderCreated, hold=4))
    assert await store.find(ticket.id) == ticket
    assert await store.find(new_id()) is None


async def test_fields_of_a_newer_release_are_ignored_and_kept(
    store: MongoTicketStore, server: SyncDatabase[dict[str, Any]]
) -> None:
    ticket = await stored(store)
    server["tickets"].update_one({"_id": ticket.id}, {"$set": {"venue": {"row": "C"}}})
    assert await store.find(ticket.id) == ticket
    assert await store.save(domain.edit(ticket, user_id=SELLER, title="Back row", price=900), expected=ticket)
    assert (server["tickets"].find_one({"_id": ticket.id}) or {})["venue"] == {"row": "C"}


@pytest.mark.parametrize("field", ["version", "order_id", "reserved_until", "withdrawn"])
async def test_missing_field_has_its_default(
    store: MongoTicketStore, server: SyncDatabase[dict[str, Any]], field: str
) -> None:
    ticket = await stored(store)
    server["tickets"].update_one({"_id": ticket.id}, {"$unset": {field: ""}})
    assert await store.find(ticket.id) == ticket


async def test_state_and_event_are_one_write(store: MongoTicketStore, server: SyncDatabase[dict[str, Any]]) -> None:
    ticket = await stored(store)
    document = server["tickets"].find_one({"_id": ticket.id})
    assert document is not None
    assert [entry["id"] for entry in document["outbox"]] == [f"ticket.created:{ticket.id}:0"]


async def test_save_over_a_newer_version_fails(store: MongoTicketStore) -> None:
    ticket = await stored(store)
    edited = domain.edit(ticket, user_id=SELLER, title="Back row", price=900)
    assert await store.save(edited, expected=ticket)
    assert not await store.save(edited, expected=ticket)
    assert await store.find(ticket.id) == edited


async def test_save_over_a_newer_fence_fails(store: MongoTicketStore) -> None:
    free = await stored(store)
    order = order_event(OrderCreated, ticket_id=free.id)
    cancelled = domain.apply_order(free, order_event(OrderCancelled, id=order.id, ticket_id=free.id, version=1))
    assert await store.save(cancelled, expected=free)
    assert not await store.save(domain.apply_order(free, order), expected=free)


async def test_lists_are_newest_first_and_resume_after_an_id(store: MongoTicketStore) -> None:
    tickets = [await stored(store) for _ in range(3)]
    assert await store.find_buyable(after=None, limit=2) == [tickets[2], tickets[1]]
    assert await store.find_buyable(after=tickets[1].id, limit=2) == [tickets[0]]


async def test_reserved_ticket_is_listed_for_its_seller_only(store: MongoTicketStore) -> None:
    free, held = await stored(store), await stored(store, order=order_event(OrderCreated))
    assert await store.find_buyable(after=None, limit=10) == [free]
    assert await store.find_by_seller(SELLER, after=None, limit=10) == [held, free]
    assert await store.find_by_seller(new_id(), after=None, limit=10) == []


async def test_lists_read_only_what_they_return(store: MongoTicketStore, server: SyncDatabase[dict[str, Any]]) -> None:
    for number in range(60):
        await stored(store, order=order_event(OrderCreated) if number % 3 else None)
    server.command("profile", 2)
    await store.find_buyable(after=None, limit=5)
    await store.find_buyable(after="f" * 24, limit=5)
    await store.find_by_seller(SELLER, after="f" * 24, limit=5)
    server.command("profile", 0)
    finds = list(server["system.profile"].find({"op": "query"}))
    assert [find["planSummary"] for find in finds] == [
        "IXSCAN { buyable: 1, _id: -1 }",
        "IXSCAN { buyable: 1, _id: -1 }",
        SELLERS_INDEX,
    ]
    assert [(find["keysExamined"], find["docsExamined"], find.get("hasSortStage")) for find in finds] == [
        (5, 5, None)
    ] * 3


async def one_in_each_state(store: MongoTicketStore) -> dict[Availability, Ticket]:
    withdrawn = await stored(store)
    await store.save(domain.withdraw(withdrawn, user_id=SELLER), expected=withdrawn)
    return {
        Availability.WITHDRAWN: domain.withdraw(withdrawn, user_id=SELLER),
        Availability.ON_SALE: await stored(store),
        Availability.RESERVED: await stored(store, order=order_event(OrderCreated)),
        Availability.SOLD: await stored(store, order=order_event(OrderCompleted, version=1)),
    }


async def test_each_state_is_found_by_its_index(store: MongoTicketStore, server: SyncDatabase[dict[str, Any]]) -> None:
    tickets = [await one_in_each_state(store) for _ in range(5)]
    server.command("profile", 2)
    for state in Availability:
        found = await store.find_by_seller(SELLER, state=state, after="f" * 24, limit=5)
        assert found == [ticket[state] for ticket in reversed(tickets)]
    server.command("profile", 0)
    finds = list(server["system.profile"].find({"op": "query"}))
    assert [(find["planSummary"], find["docsExamined"], find.get("hasSortStage")) for find in finds] == [
        (SELLERS_INDEX, 5, None)
    ] * len(Availability)


async def test_concurrent_lists_of_different_states_are_not_mixed_up(store: MongoTicketStore) -> None:
    tickets = await one_in_each_state(store)
    lists = (store.find_by_seller(SELLER, state=state, after=None, limit=5) for state in tickets)
    assert await asyncio.gather(*lists) == [[ticket] for ticket in tickets.values()]


async def test_sums_are_read_from_the_index_alone(
    store: MongoTicketStore, server: SyncDatabase[dict[str, Any]]
) -> None:
    for _ in range(5):
        await one_in_each_state(store)
    server.command("profile", 2)
    assert await store.totals_of(SELLER) == dict.fromkeys(Availability, Total(5, 5 * 1250))
    assert await store.totals_of(new_id()) == {}
    server.command("profile", 0)
    sums = list(server["system.profile"].find({"op": "command", "command.aggregate": "tickets"}))
    assert [(found["planSummary"], found["docsExamined"]) for found in sums] == [(SELLERS_INDEX, 0)] * 2


@pytest.mark.parametrize("state", [Availability.RESERVED, Availability.SOLD])
async def test_state_of_a_ticket_that_an_earlier_release_wrote(
    store: MongoTicketStore, server: SyncDatabase[dict[str, Any]], state: Availability
) -> None:
    ticket = (await one_in_each_state(store))[state]
    server["tickets"].update_one({"_id": ticket.id}, {"$unset": {"reserved_until": "", "withdrawn": ""}})
    assert [found.id for found in await store.find_by_seller(SELLER, state=state, after=None, limit=5)] == [ticket.id]
    assert (await store.totals_of(SELLER))[state] == Total(1, 1250)
