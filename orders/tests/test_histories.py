"""Random lives of one ticket: whatever is heard, in whatever order and however often, the guarantees hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ticketing_common.currency import USD
from ticketing_common.errors import InvalidState
from ticketing_common.events import CancelReason, OrderRefundDue, OrderStatus
from ticketing_orders import use_cases
from ticketing_orders.domain import Order, Ticket
from ticketing_test_support.orders import (
    HOLD_FOR,
    NOW,
    PRICE,
    InMemoryOrderStore,
    cancel,
    captured_payment,
    expire,
    pay,
)

Standing = tuple[OrderStatus, CancelReason | None]

CREATED: Standing = (OrderStatus.CREATED, None)
EXPIRED: Standing = (OrderStatus.CANCELLED, CancelReason.EXPIRED)
GIVEN_UP: Standing = (OrderStatus.CANCELLED, CancelReason.BUYER)
COMPLETE: Standing = (OrderStatus.COMPLETE, None)
LEGAL = {
    *((CREATED, after) for after in (EXPIRED, GIVEN_UP, COMPLETE)),
    *((EXPIRED, after) for after in (GIVEN_UP, COMPLETE)),
    *((same, same) for same in (CREATED, EXPIRED, GIVEN_UP, COMPLETE)),  # news of a payment, a verdict
}
TICKET = Ticket(id="f" * 24, version=0, title="Front row", price=PRICE)


@dataclass(frozen=True)
class Step:
    """Something happens to one of the orders so far; `echoes` tells which earlier steps are heard again after it."""

    act: str
    order: int
    echoes: frozenset[int]


STEPS = st.lists(
    st.builds(
        Step,
        act=st.sampled_from(["place", "place", "cancel", "expire", "paid", "paid", "declined", "refunded"]),
        order=st.integers(0, 3),
        echoes=st.frozensets(st.integers(0, 11), max_size=4),
    ),
    max_size=12,
)


async def happen(steps: Sequence[Step], *, echoing: bool) -> InMemoryOrderStore:
    """Play the steps. Only events have echoes: what a person asks for is asked once."""
    orders = InMemoryOrderStore()
    await orders.save_ticket(TICKET)
    events: dict[int, tuple[str, Order]] = {}
    placed: list[Order] = []
    for number, step in enumerate(steps):
        if step.act == "place":
            placed += await try_to_place(orders, number)
        elif placed:
            order = placed[step.order % len(placed)]
            await act(orders, step.act, order)
            if step.act != "cancel":
                events[number] = (step.act, order)
        for echo in sorted(step.echoes & events.keys()) if echoing else ():
            await act(orders, *events[echo])
    return orders


async def try_to_place(orders: InMemoryOrderStore, number: int) -> list[Order]:
    """The order, if the ticket was free. Ids are the same in each play."""
    try:
        order = await use_cases.place_order(
            orders,
            order_id=f"{number:024x}",
            buyer_id=f"{number:024x}",
            ticket_id=TICKET.id,
            seen_price=None,
            currency=USD,
            now=NOW,
            hold_for=HOLD_FOR,
            broker_available=lambda: True,
        )
    except InvalidState:
        return []
    return [order]


async def act(orders: InMemoryOrderStore, name: str, order: Order) -> None:
    """One thing happens to one order; each order has one payment."""
    captured = captured_payment(payment_id=f"payment of {order.id}", version=2)
    declined = replace(captured, version=1, status="failed", captured=0)
    refunded = replace(captured, version=3, status="refunded", refunded=PRICE)
    if name == "cancel":
        try:
            await cancel(orders, order)
        except InvalidState:
            assert orders.orders[order.id].status is OrderStatus.COMPLETE
    elif name == "expire":
        await expire(orders, order)
    elif name == "paid":
        await pay(orders, order, captured)
    else:
        news = declined if name == "declined" else refunded
        await use_cases.record_payment(orders, order_id=order.id, payment=news)


@given(STEPS)
@settings(max_examples=150, deadline=None)
async def test_every_order_walks_legal_paths_only_and_versions_grow_by_one(steps: list[Step]) -> None:
    orders = await happen(steps, echoing=True)
    for order_id in orders.orders:
        life = [kept for kept in orders.states if kept.id == order_id]
        assert [kept.version for kept in life] == list(range(len(life)))
        walked = [(kept.status, kept.reason) for kept in life]
        assert walked[0] == CREATED
        assert set(pairwise(walked)) <= LEGAL


@given(STEPS)
@settings(max_examples=150, deadline=None)
async def test_a_ticket_never_has_two_live_orders_and_the_live_one_has_the_highest_hold(steps: list[Step]) -> None:
    orders = await happen(steps, echoing=True)
    now: dict[str, Order] = {}
    for kept in orders.states:
        now[kept.id] = kept
        live = [order.hold for order in now.values() if order.status.holds_ticket]
        assert live in ([], [max(order.hold for order in now.values())])


@given(STEPS)
@settings(max_examples=150, deadline=None)
async def test_every_payment_heard_of_buys_its_order_or_is_refunded_exactly_once(steps: list[Step]) -> None:
    orders = await happen(steps, echoing=True)
    due = [event.payment_id for event in orders.events if isinstance(event, OrderRefundDue)]
    assert len(due) == len(set(due))
    for order in orders.orders.values():
        captured = any(kept.payment and kept.payment.version == 2 for kept in orders.states if kept.id == order.id)
        assert not captured or order.settled
        bought = [payment_id for payment_id, refused in order.settled.items() if refused is None]
        assert bool(bought) == (order.status is OrderStatus.COMPLETE)
        assert {p for p in due if p in order.settled} == order.settled.keys() - set(bought)


@given(STEPS)
@settings(max_examples=150, deadline=None)
async def test_events_heard_again_at_any_later_time_change_nothing(steps: list[Step]) -> None:
    once, often = await happen(steps, echoing=False), await happen(steps, echoing=True)
    assert often.orders == once.orders
    assert often.events == once.events
