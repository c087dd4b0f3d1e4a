"""How many tickets a buyer may hold unpaid, and how soon the same one again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import NotFound
from ticketing_common.events import OrderStatus
from ticketing_common.mongo import new_id
from ticketing_orders.domain import (
    Order,
    PriceChanged,
    ReleasedRecently,
    ReservationRules,
    TicketReserved,
    TooManyReservations,
)
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.memory import WriteFaults
from ticketing_test_support.orders import (
    HOLD_FOR,
    NOW,
    RULES,
    cancel,
    expire,
    list_ticket,
    pay,
    place,
    reload,
    withdraw,
)

BUYER = "b0" * 12
LIMITED = replace(RULES, max_open=3)
COOLING = replace(RULES, cooldown=timedelta(seconds=60))
Close = Callable[[MongoOrderStore, Order], Awaitable[object]]


async def fill(store: MongoOrderStore, rules: ReservationRules = LIMITED) -> list[Order]:
    """As many open orders of the buyer as the rules allow."""
    return [await place(store, buyer_id=BUYER, rules=rules) for _ in range(rules.max_open)]


async def place_same(store: MongoOrderStore, order: Order, *, seconds: float = 0, buyer_id: str = "") -> Order:
    """An order of the same ticket so many seconds later, by the same buyer or another one."""
    ticket, now = await store.find_ticket(order.ticket.id), NOW + timedelta(seconds=seconds)
    return await place(store, ticket, buyer_id=buyer_id or order.user_id, now=now, rules=COOLING)


async def test_withdrawn_ticket_cannot_be_ordered(store: MongoOrderStore) -> None:
    order = await place(store)
    await cancel(store, order)
    await withdraw(store, order)
    with pytest.raises(NotFound):
        await place_same(store, order, seconds=3600)


async def test_open_orders_of_a_buyer_are_limited(store: MongoOrderStore) -> None:
    orders = await fill(store)
    assert {order.slot for order in orders} == {0, 1, 2}
    with pytest.raises(TooManyReservations, match="Pay or release one"):
        await place(store, buyer_id=BUYER, rules=LIMITED)
    assert await place(store, rules=LIMITED)


@pytest.mark.parametrize("close", [cancel, expire, pay])
async def test_closed_order_does_not_count(store: MongoOrderStore, close: Close) -> None:
    orders = await fill(store)
    await close(store, orders[1])
    assert (await place(store, buyer_id=BUYER, rules=LIMITED)).slot == orders[1].slot
    with pytest.raises(TooManyReservations):
        await place(store, buyer_id=BUYER, rules=LIMITED)


async def test_orders_that_expired_together_do_not_count(store: MongoOrderStore) -> None:
    orders = await fill(store)
    await store.expire({order.id: "trace" for order in orders}, now=NOW + HOLD_FOR)
    assert len(await fill(store)) == LIMITED.max_open


async def test_late_payment_reinstates_an_order_whose_slot_is_used_again(store: MongoOrderStore) -> None:
    late, *_ = await fill(store)
    await expire(store, late)
    assert (await place(store, buyer_id=BUYER, rules=LIMITED)).slot == late.slot
    await pay(store, late)
    assert (await reload(store, late)).status is OrderStatus.COMPLETE


async def test_lowered_limit_gives_no_slot_above_it(store: MongoOrderStore) -> None:
    lower = replace(RULES, max_open=1)
    orders = await fill(store)
    used = next(order for order in orders if order.slot == 0)
    with pytest.raises(TooManyReservations):
        await place(store, buyer_id=BUYER, rules=lower)
    await cancel(store, used)
    assert (await place(store, buyer_id=BUYER, rules=lower)).slot == 0


async def test_reserved_ticket_is_reported_before_the_limit(store: MongoOrderStore) -> None:
    taken = await list_ticket(store)
    await place(store, taken)
    await fill(store)
    with pytest.raises(TicketReserved):
        await place(store, taken, buyer_id=BUYER, rules=LIMITED)


@pytest.mark.parametrize(("close", "released_at"), [(cancel, 0), (expire, HOLD_FOR.total_seconds())])
async def test_released_ticket_is_for_others_first(store: MongoOrderStore, close: Close, released_at: float) -> None:
    order = await place(store)
    await close(store, order)
    with pytest.raises(ReleasedRecently) as refused:
        await place_same(store, order, seconds=released_at + 58.2)
    assert refused.value.retry_after == 2
    assert await place_same(store, order, seconds=released_at + 60)


async def test_another_buyer_in_between_does_not_end_the_wait(store: MongoOrderStore) -> None:
    order = await place(store)
    await cancel(store, order)
    other = await place_same(store, order, buyer_id=new_id())
    with pytest.raises(TicketReserved):
        await place_same(store, order)
    await cancel(store, other)
    with pytest.raises(ReleasedRecently):
        await place_same(store, order)


async def test_wait_counts_from_the_expiry_of_an_order_that_is_cancelled_later(store: MongoOrderStore) -> None:
    order = await place(store)
    await expire(store, order)
    await cancel(store, order)
    assert (await reload(store, order)).released_at == order.expires_at


async def test_paid_order_was_not_released(store: MongoOrderStore) -> None:
    order = await place(store)
    await expire(store, order)
    await pay(store, order)
    assert (await reload(store, order)).released_at is None


async def test_without_a_wait_the_ticket_is_free_at_once(store: MongoOrderStore) -> None:
    order = await place(store)
    await cancel(store, order)
    ticket, before = await store.find_ticket(order.ticket.id), NOW - timedelta(seconds=1)
    assert await place(store, ticket, buyer_id=order.user_id, now=before)


async def test_order_that_is_cancelled_meanwhile_was_released(store: MongoOrderStore, faults: WriteFaults) -> None:
    order = await place(store)
    faults.meanwhile = lambda: cancel(store, order)
    with pytest.raises(ReleasedRecently):
        await place_same(store, order)


async def test_changed_price_is_reported_before_the_wait(store: MongoOrderStore) -> None:
    order = await place(store)
    await cancel(store, order)
    ticket = await store.find_ticket(order.ticket.id)
    with pytest.raises(PriceChanged):
        await place(store, ticket, buyer_id=order.user_id, seen_price=1, rules=COOLING)
