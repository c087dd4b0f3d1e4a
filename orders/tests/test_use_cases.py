"""Placing, giving up, expiring and showing: what is decided, and what is decided again when another came first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import Forbidden, NotFound, Unavailable
from ticketing_common.events import CancelReason, OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.mongo import new_id
from ticketing_orders import use_cases
from ticketing_orders.domain import AlreadyComplete, HoldTaken, NotExpiredYet, Order, Ticket, TicketReserved
from ticketing_orders.ports import OrderStore
from ticketing_test_support.orders import (
    HOLD_FOR,
    NOW,
    PRICE,
    InMemoryOrderStore,
    cancel,
    captured_payment,
    expire,
    list_ticket,
    pay,
    place,
    reload,
)


async def test_placing_an_order_says_the_whole_order_once(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    [said] = orders.events
    assert isinstance(said, OrderCreated)
    assert (said.id, said.version, said.hold, said.status) == (order.id, 0, 1, OrderStatus.CREATED)
    assert (said.user_id, said.expires_at, said.reason) == (order.user_id, NOW + HOLD_FOR, None)
    assert (said.ticket.id, said.ticket.title, said.ticket.price) == (order.ticket.id, "Front row", PRICE)


async def test_a_held_ticket_cannot_be_ordered_again(orders: InMemoryOrderStore) -> None:
    ticket = await list_ticket(orders)
    await place(orders, ticket)
    with pytest.raises(TicketReserved):
        await place(orders, ticket)


async def test_each_order_of_a_ticket_has_a_higher_hold(orders: InMemoryOrderStore) -> None:
    ticket = await list_ticket(orders)
    for hold in (1, 2, 3):
        order = await place(orders, ticket)
        assert order.hold == hold
        await cancel(orders, order)


async def test_an_order_that_came_between_the_look_and_the_write_keeps_the_ticket(orders: InMemoryOrderStore) -> None:
    ticket = await list_ticket(orders)
    orders.before_next_write = lambda: place(orders, ticket)
    with pytest.raises(TicketReserved):
        await place(orders, ticket)
    assert len(orders.orders) == 1


async def test_an_order_that_came_and_went_between_the_look_and_the_write_leaves_the_next_a_higher_hold(
    orders: InMemoryOrderStore,
) -> None:
    ticket = await list_ticket(orders)

    async def come_and_go() -> None:
        await cancel(orders, await place(orders, ticket))

    orders.before_next_write = come_and_go
    assert (await place(orders, ticket)).hold == 2


async def test_placing_gives_up_with_try_again_when_the_hold_is_always_taken() -> None:
    class AlwaysTaken(InMemoryOrderStore):
        async def add(self, order: Order, event: object) -> None:
            raise HoldTaken

    orders = AlwaysTaken()
    with pytest.raises(Unavailable, match="Try again"):
        await place(orders, await list_ticket(orders))


async def test_an_old_unknown_ticket_is_not_found(orders: InMemoryOrderStore) -> None:
    with pytest.raises(NotFound):
        await place(orders, Ticket(id="5f" * 12, version=0, title="Never heard of", price=PRICE))


async def test_the_order_keeps_its_own_price_when_the_ticket_is_edited(orders: InMemoryOrderStore) -> None:
    ticket = await list_ticket(orders)
    order = await place(orders, ticket)
    await orders.save_ticket(replace(ticket, version=1, title="Last row", price=99_00))
    await pay(orders, order)
    completed = await reload(orders, order)
    assert (completed.status, completed.ticket) == (OrderStatus.COMPLETE, order.ticket)


async def test_a_later_order_has_the_edited_price(orders: InMemoryOrderStore) -> None:
    ticket = await list_ticket(orders)
    await orders.save_ticket(replace(ticket, version=1, price=99_00))
    assert (await place(orders, ticket)).ticket.price == 99_00


async def test_giving_up_frees_the_ticket_and_says_so_once(orders: InMemoryOrderStore) -> None:
    ticket = await list_ticket(orders)
    order = await place(orders, ticket)
    await cancel(orders, order)
    await cancel(orders, order)
    [cancelled] = [event for event in orders.events if isinstance(event, OrderCancelled)]
    assert (cancelled.version, cancelled.reason) == (1, CancelReason.BUYER)
    assert (await place(orders, ticket)).status is OrderStatus.CREATED


async def test_giving_up_an_expired_order_says_that_now_the_buyer_is_the_reason(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    await expire(orders, order)
    await cancel(orders, order)
    reasons = [event.reason for event in orders.events if isinstance(event, OrderCancelled)]
    assert reasons == [CancelReason.EXPIRED, CancelReason.BUYER]


async def test_nobody_gives_up_another_buyers_order(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    with pytest.raises(Forbidden):
        await use_cases.cancel_order(orders, order_id=order.id, user_id=new_id(), now=NOW)
    assert await reload(orders, order) == order


async def test_an_order_paid_between_the_look_and_the_cancelling_stays_paid(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    orders.before_next_write = lambda: pay(orders, order)
    with pytest.raises(AlreadyComplete):
        await cancel(orders, order)
    assert (await reload(orders, order)).status is OrderStatus.COMPLETE


async def test_an_order_paid_between_the_look_and_the_expiring_stays_paid(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    orders.before_next_write = lambda: pay(orders, order)
    await expire(orders, order)
    assert (await reload(orders, order)).status is OrderStatus.COMPLETE


async def test_a_clock_that_runs_ahead_expires_nothing_before_our_own_says_so(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    with pytest.raises(NotExpiredYet) as early:
        await use_cases.expire_order(orders, order_id=order.id, now=order.expires_at - timedelta(seconds=2))
    assert early.value.seconds == 2
    assert await reload(orders, order) == order


async def test_expiring_twice_is_harmless(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    await expire(orders, order)
    expired, said = await reload(orders, order), list(orders.events)
    await expire(orders, order)
    assert (await reload(orders, order), orders.events) == (expired, said)


@pytest.mark.parametrize("end", [cancel, pay])
async def test_a_time_that_runs_out_on_a_finished_order_changes_nothing(
    orders: InMemoryOrderStore, end: Callable[[OrderStore, Order], Awaitable[object]]
) -> None:
    order = await place(orders, await list_ticket(orders))
    await end(orders, order)
    finished, said = await reload(orders, order), list(orders.events)
    await expire(orders, order)
    assert (await reload(orders, order), orders.events) == (finished, said)


async def test_no_version_makes_an_expiry_be_dropped(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    for version in range(1, 6):
        declined = replace(captured_payment(payment_id="p", version=version), status="failed", captured=0)
        await use_cases.record_payment(orders, order_id=order.id, payment=declined)
    await expire(orders, order)
    assert (await reload(orders, order)).reason is CancelReason.EXPIRED


async def test_showing_a_payment_says_nothing_and_keeps_the_newest(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    said = list(orders.events)
    for version in (2, 1, 2):
        told = replace(captured_payment(payment_id="p", version=version), status=f"version {version}")
        await use_cases.record_payment(orders, order_id=order.id, payment=told)
    shown = await reload(orders, order)
    assert shown.payment is not None
    assert (shown.payment.status, shown.status, orders.events) == ("version 2", OrderStatus.CREATED, said)


async def test_an_event_of_an_unknown_order_is_an_error_that_says_what_to_do(orders: InMemoryOrderStore) -> None:
    with pytest.raises(NotFound, match="restore it, then replay"):
        await use_cases.expire_order(orders, order_id=new_id(), now=NOW)


async def test_a_buyer_reads_own_orders_only(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders))
    assert await use_cases.get_order(orders, order_id=order.id, user_id=order.user_id) == order
    with pytest.raises(Forbidden):
        await use_cases.get_order(orders, order_id=order.id, user_id=new_id())
    with pytest.raises(NotFound):
        await use_cases.get_order(orders, order_id=new_id(), user_id=order.user_id)
