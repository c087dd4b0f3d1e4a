"""Many at once on the real MongoDB, through one client and through two, as replicas have them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ticketing_common.events import CancelReason, OrderStatus, RefundReason
from ticketing_common.mongo import Database, new_id
from ticketing_orders.domain import AlreadyComplete, Order, Ticket, TicketReserved
from ticketing_orders.ports import OrderStore
from ticketing_orders.store import ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD, MongoOrderStore
from ticketing_test_support.orders import cancel, captured_payment, expire, list_ticket, pay, place, reload

BUYERS = 50
ROUNDS = 30


async def try_to_place(orders: OrderStore, ticket: Ticket) -> Order | None:
    """The order, or None when the ticket is reserved; any other error is the test's."""
    try:
        return await place(orders, ticket)
    except TicketReserved:
        return None


async def rush(stores: Sequence[MongoOrderStore], ticket: Ticket) -> list[Order]:
    """The orders that are accepted when BUYERS want the ticket at once, shared out over the stores."""
    tries = (try_to_place(stores[number % len(stores)], ticket) for number in range(BUYERS))
    return [order for order in await asyncio.gather(*tries) if order is not None]


async def live_orders(database: Database, ticket: Ticket) -> int:
    """How many live orders of the ticket are stored."""
    return await database.collection("orders").count_documents({"ticket.id": ticket.id, "live": True})


async def refund_reasons(store: MongoOrderStore, order: Order) -> list[RefundReason]:
    """Why payments of the order go back."""
    return [reason for reason in (await reload(store, order)).settled.values() if reason is not None]


async def test_of_many_buyers_at_once_exactly_one_has_the_ticket(store: MongoOrderStore, database: Database) -> None:
    ticket = await list_ticket(store)
    [winner] = await rush([store], ticket)
    assert await live_orders(database, ticket) == 1
    assert await reload(store, winner) == winner


async def test_of_many_buyers_at_two_replicas_exactly_one_has_the_ticket(
    store: MongoOrderStore, other_store: MongoOrderStore, database: Database
) -> None:
    ticket = await list_ticket(store)
    assert len(await rush([store, other_store], ticket)) == 1
    assert await live_orders(database, ticket) == 1


async def test_without_its_indexes_the_rush_sells_the_ticket_more_than_once(
    store: MongoOrderStore, other_store: MongoOrderStore, database: Database
) -> None:
    """The negative control: the tests above can fail. Either index alone stops this rush (see test_store.py)."""
    ticket = await list_ticket(store)
    await database.collection("orders").drop_index(ONE_LIVE_ORDER)
    await database.collection("orders").drop_index(ONE_ORDER_PER_HOLD)
    accepted = await rush([store, other_store], ticket)
    assert len(accepted) > 1
    assert await live_orders(database, ticket) == len(accepted)


@pytest.mark.parametrize("kept", [ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD])
async def test_either_index_alone_stops_a_rush(store: MongoOrderStore, database: Database, kept: str) -> None:
    ticket = await list_ticket(store)
    [dropped] = {ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD} - {kept}
    await database.collection("orders").drop_index(dropped)
    assert len(await rush([store], ticket)) == 1


async def test_a_late_payment_against_a_new_buyer_never_leaves_two_live_orders(
    store: MongoOrderStore, other_store: MongoOrderStore, database: Database
) -> None:
    for _ in range(ROUNDS):
        ticket = await list_ticket(store)
        late = await place(store, ticket)
        await expire(store, late)
        _, newer = await asyncio.gather(pay(store, late), try_to_place(other_store, ticket))
        reinstated = await reload(store, late)
        assert await live_orders(database, ticket) == 1
        assert (reinstated.status is OrderStatus.COMPLETE) == (newer is None)
        assert await refund_reasons(store, late) == ([RefundReason.EXPIRED] if newer else [])


async def test_cancel_against_payment_completes_or_refunds(
    store: MongoOrderStore, other_store: MongoOrderStore
) -> None:
    for _ in range(ROUNDS):
        order = await place(store, await list_ticket(store))
        refused, _ = await asyncio.gather(cancel(store, order), pay(other_store, order), return_exceptions=True)
        ended = await reload(store, order)
        given_up = ended.reason is CancelReason.BUYER
        assert given_up or ended.status is OrderStatus.COMPLETE
        assert isinstance(refused, AlreadyComplete) == (not given_up)
        assert await refund_reasons(store, order) == ([RefundReason.BUYER] if given_up else [])


async def test_expiring_against_paying_always_ends_complete_while_the_ticket_is_free(
    store: MongoOrderStore, other_store: MongoOrderStore
) -> None:
    for _ in range(ROUNDS):
        order = await place(store, await list_ticket(store))
        await asyncio.gather(expire(store, order), pay(other_store, order))
        assert (await reload(store, order)).status is OrderStatus.COMPLETE
        assert await refund_reasons(store, order) == []


async def test_one_payment_heard_by_two_replicas_at_once_has_one_verdict(
    store: MongoOrderStore, other_store: MongoOrderStore
) -> None:
    for _ in range(ROUNDS):
        order = await place(store, await list_ticket(store))
        await cancel(store, order)
        payment = captured_payment()
        await asyncio.gather(pay(store, order, payment), pay(other_store, order, payment))
        judged = await reload(store, order)
        # placed, cancelled, judged: a second verdict would be a third version
        assert (judged.version, judged.settled) == (2, {payment.id: RefundReason.BUYER})


async def test_a_ticket_first_heard_of_by_two_replicas_at_once_is_known_by_its_newest_version(
    store: MongoOrderStore, other_store: MongoOrderStore
) -> None:
    for _ in range(ROUNDS):
        created = Ticket(id=new_id(), version=0, title="Front row", price=100)
        edited = replace(created, version=1, price=200)
        await asyncio.gather(store.save_ticket(created), other_store.save_ticket(edited))
        assert await store.find_ticket(created.id) == edited
