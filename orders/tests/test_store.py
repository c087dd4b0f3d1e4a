"""Orders in the real MongoDB: the indexes that forbid, the compare-and-set that decides, and what reads cost."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderRefundDue, RefundReason
from ticketing_common.mongo import Database, new_id
from ticketing_orders import domain
from ticketing_orders.domain import HoldTaken, Order, Ticket, TicketReserved
from ticketing_orders.events import event_for
from ticketing_orders.monitor import OverdueReservationMonitor
from ticketing_orders.store import INDEXES, ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD, MongoOrderStore
from ticketing_test_support.orders import (
    HOLD_FOR,
    NOW,
    cancel,
    captured_payment,
    expire,
    list_ticket,
    pay,
    place,
    reload,
)


def order_of(ticket: Ticket, *, hold: int) -> Order:
    """An order decided by somebody who saw `hold` as the next one."""
    return domain.place(order_id=new_id(), buyer_id=new_id(), ticket=ticket, hold=hold, now=NOW, hold_for=HOLD_FOR)


async def add(store: MongoOrderStore, order: Order) -> None:
    """Store a new order as the use case does."""
    await store.add(order, event_for(OrderCreated, order))


async def test_an_order_reads_back_as_it_was_stored_in_every_state(store: MongoOrderStore) -> None:
    created = order_of(await list_ticket(store), hold=1)
    await add(store, created)
    expired = domain.expire(created, now=created.expires_at)
    refused = domain.request_refund(expired, captured_payment(payment_id=new_id()), RefundReason.WRONG_AMOUNT, now=NOW)
    complete = domain.complete(refused, captured_payment(), hold=2, now=NOW)
    for before, after in ((created, expired), (expired, refused), (refused, complete)):
        assert await reload(store, created) == before
        assert await store.save(after, expected_version=before.version, event=event_for(OrderCancelled, after))
    assert await reload(store, created) == complete


async def test_a_state_decided_on_an_older_one_is_not_stored(store: MongoOrderStore) -> None:
    order = await place(store, await list_ticket(store))
    await cancel(store, order)
    late = domain.complete(order, captured_payment(), hold=order.hold, now=NOW)
    assert not await store.save(late, expected_version=order.version, event=event_for(OrderCompleted, late))
    assert (await reload(store, order)).settled == {}


async def test_the_events_wait_in_the_order_itself(store: MongoOrderStore) -> None:
    order = await place(store, await list_ticket(store))
    await expire(store, order)
    await cancel(store, order)
    payment = await pay(store, order)
    [waiting] = await store.documents.pending(before=NOW.replace(year=NOW.year + 100), limit=10)
    assert [(item.type, item.id) for item in waiting.envelopes] == [
        (OrderCreated.__name__, f"order.created:{order.id}:0"),
        (OrderCancelled.__name__, f"order.cancelled:{order.id}:1"),
        (OrderCancelled.__name__, f"order.cancelled:{order.id}:2"),
        (OrderRefundDue.__name__, f"order.refund_due:{order.id}:{payment.id}"),
    ]


async def test_a_second_live_order_of_a_ticket_cannot_be_stored_whatever_its_hold(store: MongoOrderStore) -> None:
    ticket = await list_ticket(store)
    await place(store, ticket)
    with pytest.raises(TicketReserved):
        await add(store, order_of(ticket, hold=2))


async def test_a_hold_left_free_by_a_reinstatement_gives_a_slow_buyer_no_ticket(
    store: MongoOrderStore, database: Database
) -> None:
    """The hole that only the index on live orders closes: the slow buyer saw hold 2 as the next, and it is free."""
    ticket = await list_ticket(store)
    await expire(store, await place(store, ticket))
    sold = await place(store, ticket)
    await expire(store, sold)
    await pay(store, sold)
    assert (await reload(store, sold)).hold == 3
    with pytest.raises(TicketReserved):
        await add(store, order_of(ticket, hold=2))
    await database.collection("orders").drop_index(ONE_LIVE_ORDER)
    await add(store, order_of(ticket, hold=2))


async def test_no_hold_is_given_twice_or_tickets_would_take_the_second_order_for_an_old_one(
    store: MongoOrderStore, database: Database
) -> None:
    """The hole that only the index on holds closes: somebody came and went while a slow buyer decided."""
    ticket = await list_ticket(store)
    await cancel(store, await place(store, ticket))
    with pytest.raises(HoldTaken):
        await add(store, order_of(ticket, hold=1))
    await database.collection("orders").drop_index(ONE_ORDER_PER_HOLD)
    await add(store, order_of(ticket, hold=1))


async def test_a_reinstatement_is_refused_by_the_write_itself_when_the_ticket_is_held(store: MongoOrderStore) -> None:
    ticket = await list_ticket(store)
    order = await place(store, ticket)
    await expire(store, order)
    expired = await reload(store, order)
    await place(store, ticket)
    back = domain.complete(expired, captured_payment(), hold=99, now=NOW)
    with pytest.raises(TicketReserved):
        await store.save(back, expected_version=expired.version, event=event_for(OrderCompleted, back))


async def test_until_the_indexes_exist_no_order_is_stored_not_even_by_a_listener(
    store: MongoOrderStore, mongo_uri: str
) -> None:
    order = await place(store, await list_ticket(store))
    await expire(store, order)
    starting = Database(mongo_uri, default_name="orders", indexes=INDEXES)
    with pytest.raises(Unavailable):
        await pay(MongoOrderStore(starting), order)
    with pytest.raises(Unavailable):
        await add(MongoOrderStore(starting), order)
    await starting.close()


@pytest.mark.parametrize("versions", sorted(set(permutations([0, 1, 2, 2]))))
async def test_a_ticket_is_known_by_its_newest_version_in_any_order_and_with_doubles(
    store: MongoOrderStore, versions: tuple[int, ...]
) -> None:
    ticket_id = new_id()
    for version in versions:
        await store.save_ticket(Ticket(id=ticket_id, version=version, title=f"v{version}", price=100 + version))
    assert await store.find_ticket(ticket_id) == Ticket(id=ticket_id, version=2, title="v2", price=102)


async def test_a_buyers_orders_come_newest_first_and_go_on_after_the_last_one_seen(store: MongoOrderStore) -> None:
    buyer_id, ids = new_id(), [new_id() for _ in range(5)]
    for number in (3, 0, 4, 1, 2):
        order = order_of(await list_ticket(store), hold=1)
        await add(store, replace(order, id=ids[number], user_id=buyer_id))
    await place(store, await list_ticket(store))
    first = await store.find_by_buyer(buyer_id, after=None, limit=2)
    rest = await store.find_by_buyer(buyer_id, after=first[-1].id, limit=10)
    assert [order.id for order in (*first, *rest)] == list(reversed(ids))


async def test_reads_examine_what_they_return_by_their_indexes(store: MongoOrderStore, database: Database) -> None:
    ticket = await list_ticket(store)
    for _ in range(20):
        await cancel(store, await place(store, ticket))
    last = await place(store, await list_ticket(store))
    profiled = database.collection("orders").database
    await profiled.command("profile", 2)
    assert await store.find_by_buyer(last.user_id, after="f" * 24, limit=10) == [last]
    assert await store.latest_of_ticket(ticket.id) is not None
    await profiled.command("profile", 0)
    plans = await profiled["system.profile"].find({"op": "query"}, sort=[("ts", 1)]).to_list(10)
    assert [(plan["planSummary"], plan["docsExamined"], plan.get("hasSortStage")) for plan in plans] == [
        ("IXSCAN { user_id: 1, _id: -1 }", 1, None),
        ("IXSCAN { ticket.id: 1, hold: -1 }", 1, None),
    ]


async def test_an_order_that_nobody_released_is_counted_as_an_orphan_and_no_other(store: MongoOrderStore) -> None:
    overdue = await place(store, await list_ticket(store))
    paid = await place(store, await list_ticket(store))
    await pay(store, paid)
    await place(store, await list_ticket(store), now=NOW + timedelta(hours=1))
    watch = OverdueReservationMonitor(store)
    assert await watch.check(overdue.expires_at + timedelta(seconds=29)) == 0
    assert await watch.check(overdue.expires_at + timedelta(seconds=31)) == 1
    await expire(store, overdue)
    assert await watch.check(overdue.expires_at + timedelta(seconds=31)) == 0
