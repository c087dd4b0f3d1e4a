"""Orders in a real MongoDB: its unique indexes, the compare-and-set, and the cost of reads."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import (
    Envelope,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    OrderStatus,
    RefundReason,
)
from ticketing_common.mongo import Database, new_id
from ticketing_orders import domain, use_cases
from ticketing_orders.domain import (
    HoldTaken,
    Order,
    ReleasedRecently,
    SlotTaken,
    Ticket,
    TicketReserved,
    TooManyReservations,
)
from ticketing_orders.domain.order import to_milliseconds
from ticketing_orders.events import event_for
from ticketing_orders.store import (
    INDEXES,
    ONE_LIVE_ORDER,
    ONE_OPEN_ORDER_PER_SLOT,
    ONE_ORDER_PER_HOLD,
    MongoOrderStore,
)
from ticketing_test_support.mongo import database_at
from ticketing_test_support.orders import (
    NOW,
    RULES,
    cancel,
    captured_payment,
    events_of,
    expire,
    list_ticket,
    make_order,
    pay,
    place,
    place_again,
    reload,
)

BUYERS = 50
LIMIT = 10
BUYER = "b0" * 12
LATER = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(real_store: MongoOrderStore) -> MongoOrderStore:
    """Everything here is about a real MongoDB."""
    return real_store


async def add(store: MongoOrderStore, order: Order) -> None:
    await store.add(order, event_for(OrderCreated, order))


async def place_concurrently(stores: Sequence[MongoOrderStore], ticket: Ticket) -> list[Order]:
    """The orders accepted when BUYERS order the ticket at once, through these replicas in turn."""
    orders = (place(stores[number % len(stores)], ticket) for number in range(BUYERS))
    results = await asyncio.gather(*orders, return_exceptions=True)
    assert {type(result) for result in results} <= {Order, TicketReserved}
    return [result for result in results if isinstance(result, Order)]


async def live_orders(database: Database, ticket: Ticket) -> int:
    return await database.collection("orders").count_documents({"ticket.id": ticket.id, "live": True})


async def test_one_of_many_concurrent_buyers_gets_the_ticket(
    store: MongoOrderStore, other_replica: MongoOrderStore, database: Database
) -> None:
    ticket = await list_ticket(store)
    [winner] = await place_concurrently([store, other_replica], ticket)
    assert await live_orders(database, ticket) == 1
    assert await reload(store, winner) == winner


async def test_without_unique_indexes_the_ticket_is_sold_twice(
    store: MongoOrderStore, other_replica: MongoOrderStore, database: Database
) -> None:
    """The negative control of the test above."""
    ticket = await list_ticket(store)
    for index in (ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD):
        await database.collection("orders").drop_index(index)
    accepted = await place_concurrently([store, other_replica], ticket)
    assert len(accepted) > 1
    assert await live_orders(database, ticket) == len(accepted)


async def place_many(stores: Sequence[MongoOrderStore], tickets: Sequence[Ticket]) -> list[Order]:
    """The orders accepted when one buyer orders all these tickets at once, through these replicas in turn."""
    rules, buyer_id = replace(RULES, max_open=LIMIT), new_id()
    orders = (
        place(stores[number % len(stores)], ticket, buyer_id=buyer_id, rules=rules)
        for number, ticket in enumerate(tickets)
    )
    results = await asyncio.gather(*orders, return_exceptions=True)
    assert {type(result) for result in results} <= {Order, TooManyReservations, TicketReserved}
    return [result for result in results if isinstance(result, Order)]


async def test_buyer_who_orders_many_tickets_at_once_gets_as_many_as_allowed(
    store: MongoOrderStore, other_replica: MongoOrderStore
) -> None:
    tickets = [await list_ticket(store) for _ in range(BUYERS)]
    accepted = await place_many([store, other_replica], tickets)
    assert len(accepted) == LIMIT
    assert await store.used_slots(accepted[0].user_id) == set(range(LIMIT))


async def test_without_the_index_on_slots_the_buyer_gets_them_all(store: MongoOrderStore, database: Database) -> None:
    """The negative control of the test above."""
    await database.collection("orders").drop_index(ONE_OPEN_ORDER_PER_SLOT)
    tickets = [await list_ticket(store) for _ in range(BUYERS)]
    assert len(await place_many([store], tickets)) == BUYERS


async def test_buyer_who_cancels_and_reserves_again_at_once_waits(
    store: MongoOrderStore, other_replica: MongoOrderStore
) -> None:
    rules, order = replace(RULES, cooldown=timedelta(seconds=60)), await place(store)
    ticket = await store.find_ticket(order.ticket.id)
    replicas = [store, other_replica] * 5
    attempts = (place(replica, ticket, buyer_id=order.user_id, rules=rules) for replica in replicas)
    _, *results = await asyncio.gather(cancel(store, order), *attempts, return_exceptions=True)
    assert {type(result) for result in results} <= {TicketReserved, ReleasedRecently}
    with pytest.raises(ReleasedRecently):
        await place(other_replica, ticket, buyer_id=order.user_id, rules=rules)


async def test_order_that_violates_two_indexes_is_refused_in_a_batch_with_others(store: MongoOrderStore) -> None:
    open_orders = [await place(store, buyer_id=BUYER, rules=replace(RULES, max_open=1))]
    ticket, slot = await list_ticket(store), open_orders[0].slot
    both = replace(make_order(hold=7), user_id=BUYER, slot=slot, ticket=open_orders[0].ticket)
    only_slot = replace(make_order(ticket), user_id=BUYER, slot=slot)
    fine = make_order(await list_ticket(store))
    batch = asyncio.gather(*(add(store, order) for order in (both, fine, only_slot)), return_exceptions=True)
    refused_both, accepted, refused_slot = await batch
    assert isinstance(refused_both, TicketReserved | SlotTaken)
    assert (accepted, type(refused_slot)) == (None, SlotTaken)
    assert await reload(store, fine) == fine


async def test_orders_of_a_release_without_slots_stay_readable_and_do_not_count(
    store: MongoOrderStore, database: Database
) -> None:
    rules = replace(RULES, max_open=1)
    old = [await place(store, buyer_id=BUYER) for _ in range(2)]
    await database.collection("orders").update_many({}, {"$unset": {"slot": ""}})
    assert (await reload(store, old[0])).slot is None
    assert await place(store, buyer_id=BUYER, rules=rules)
    with pytest.raises(TooManyReservations):
        await place(store, buyer_id=BUYER, rules=rules)
    await expire(store, old[0])
    await store.expire({old[1].id: "trace"}, now=old[1].expires_at)
    assert [(await reload(store, order)).status for order in old] == [OrderStatus.CANCELLED] * 2


async def test_only_the_index_on_live_orders_stops_an_unused_hold(store: MongoOrderStore, database: Database) -> None:
    """A slow buyer saw hold 2 as the next one; a reinstatement has left it unused."""
    first = await place(store)
    await expire(store, first)
    sold = await place_again(store, first)
    await expire(store, sold)
    await pay(store, sold)
    slow = replace(make_order(hold=2), ticket=sold.ticket)
    with pytest.raises(TicketReserved):
        await add(store, slow)
    await database.collection("orders").drop_index(ONE_LIVE_ORDER)
    await add(store, slow)


async def test_only_the_index_on_holds_stops_a_used_hold(store: MongoOrderStore, database: Database) -> None:
    """Another buyer placed and cancelled an order while a slow buyer decided."""
    cancelled = await place(store)
    await cancel(store, cancelled)
    slow = replace(make_order(hold=1), ticket=cancelled.ticket)
    with pytest.raises(HoldTaken):
        await add(store, slow)
    await database.collection("orders").drop_index(ONE_ORDER_PER_HOLD)
    await add(store, slow)


async def test_reinstatement_of_a_resold_ticket_is_refused(store: MongoOrderStore) -> None:
    order = await place(store)
    await expire(store, order)
    expired = await reload(store, order)
    await place_again(store, order)
    reinstated = domain.complete(expired, captured_payment(), hold=99, now=NOW)
    with pytest.raises(TicketReserved):
        await store.save(reinstated, expected_version=expired.version, event=event_for(OrderCompleted, reinstated))


async def test_nothing_is_stored_before_the_indexes_exist(store: MongoOrderStore, mongo_uri: str) -> None:
    order = await place(store)
    await expire(store, order)
    starting = database_at(mongo_uri, default_name="orders", indexes=INDEXES)
    with pytest.raises(Unavailable):
        await pay(MongoOrderStore(starting), order)
    with pytest.raises(Unavailable):
        await add(MongoOrderStore(starting), make_order())
    await starting.close()


async def test_order_reads_back_as_stored_in_every_state(store: MongoOrderStore) -> None:
    created = make_order()
    await add(store, created)
    expired = domain.expire(created, now=created.expires_at)
    refunded = domain.request_refund(expired, captured_payment(payment_id=new_id()), RefundReason.WRONG_AMOUNT, now=NOW)
    complete = domain.complete(refunded, captured_payment(), hold=2, now=NOW)
    for before, after in ((created, expired), (expired, refunded), (refunded, complete)):
        assert await reload(store, created) == before
        assert await store.save(after, expected_version=before.version, event=event_for(OrderCancelled, after))
    assert await reload(store, created) == complete


async def test_state_decided_on_an_older_version_is_not_stored(store: MongoOrderStore) -> None:
    order = await place(store)
    await cancel(store, order)
    late = domain.complete(order, captured_payment(), hold=order.hold, now=NOW)
    assert not await store.save(late, expected_version=order.version, event=event_for(OrderCompleted, late))
    assert (await reload(store, order)).settled == {}


async def test_events_wait_in_the_order_document(store: MongoOrderStore) -> None:
    order = await place(store)
    await expire(store, order)
    await cancel(store, order)
    await pay(store, order)
    events = [type(event) for event in await events_of(store, order)]
    assert events == [OrderCreated, OrderCancelled, OrderCancelled, OrderRefundDue]


@pytest.mark.parametrize("versions", sorted(set(permutations([0, 1, 2, 2]))))
async def test_replica_of_a_ticket_is_its_newest_version(store: MongoOrderStore, versions: tuple[int, ...]) -> None:
    ticket_id = new_id()
    for version in versions:
        await store.save_tickets([Ticket(id=ticket_id, version=version, title=f"v{version}", price=100 + version)])
    assert await store.find_ticket(ticket_id) == Ticket(id=ticket_id, version=2, title="v2", price=102)


async def test_concurrent_first_events_of_a_ticket_keep_the_newest(
    store: MongoOrderStore, other_replica: MongoOrderStore
) -> None:
    for _ in range(30):
        created = Ticket(id=new_id(), version=0, title="Front row", price=100)
        edited = replace(created, version=1, price=200)
        await asyncio.gather(store.save_tickets([created]), other_replica.save_tickets([edited]))
        assert await store.find_ticket(created.id) == edited


async def test_reads_use_their_indexes(store: MongoOrderStore, database: Database) -> None:
    first = order = await place(store)
    for _ in range(20):
        await cancel(store, order)
        order = await place_again(store, order)
    released = await reload(store, first)
    profiled = database.collection("orders").database
    await profiled.command("profile", 2)
    assert await store.find_by_buyer(order.user_id, after="f" * 24, limit=10) == [order]
    assert await store.latest_of_ticket(order.ticket.id) == order
    assert await store.latest_released(order.ticket.id, first.user_id) == released
    assert await store.used_slots(order.user_id) == {order.slot}
    await profiled.command("profile", 0)
    plans = await profiled["system.profile"].find({"op": "query"}, sort=[("ts", 1)]).to_list(10)
    assert [(plan["planSummary"], plan["docsExamined"], plan.get("hasSortStage")) for plan in plans] == [
        ("IXSCAN { user_id: 1, _id: -1 }", 1, None),
        ("IXSCAN { ticket.id: 1, hold: -1 }", 1, None),
        ("IXSCAN { ticket.id: 1, user_id: 1, hold: -1 }", 1, None),
        ("IXSCAN { user_id: 1, slot: 1 }", 1, None),
    ]
    assert await store.count_open(due_before=order.expires_at) == 0


async def test_orders_that_expire_together_are_as_the_domain_has_them(store: MongoOrderStore) -> None:
    placed, declined, odd = (
        await place(store),
        await place(store),
        await place(store, await list_ticket(store, price=1)),
    )
    await use_cases.record_payment(store, order_id=declined.id, payment=captured_payment(captured=0))
    orders = [await reload(store, order) for order in (placed, declined, odd)]
    now = placed.expires_at + timedelta(microseconds=1_500)
    closed = await store.expire({order.id: f"trace of {order.id}" for order in orders}, now=now)
    assert closed == {order.id for order in orders}
    for order in orders:
        expected = domain.expire(order, now=now)
        assert await reload(store, order) == expected
        assert (await events_of(store, order))[-1] == event_for(OrderCancelled, expected)
    pending = {item.document_id: item.envelopes[-1] for item in await store.documents.pending(before=LATER, limit=9)}
    for order in orders:
        event = event_for(OrderCancelled, await reload(store, order))
        envelope = Envelope.from_event(event, occurred_at=to_milliseconds(now), traceparent=f"trace of {order.id}")
        assert replace(pending[order.id], data={}) == replace(envelope, data={})
        assert pending[order.id].data.keys() == envelope.data.keys()


async def test_orders_expire_in_one_update_and_one_read(store: MongoOrderStore, database: Database) -> None:
    orders = [await place(store) for _ in range(20)]
    await database.collection("orders").database.command("profile", 2)
    await store.expire(dict.fromkeys((order.id for order in orders), "trace"), now=orders[-1].expires_at)
    found = await database.collection("system.profile").find({"ns": {"$regex": "orders$"}}).to_list(None)
    assert [entry["op"] for entry in found if entry["op"] in ("update", "query")] == ["update", "query"]
