"""Order events arrive twice, late and out of order: interleavings that would corrupt a ticket without the fence."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState
from ticketing_test_support.samples import order_event
from ticketing_tickets.domain import Ticket, apply_order


def after(*events: OrderState) -> Ticket:
    """A fresh ticket after these events, in this order."""
    ticket = Ticket(id="t", title="Front row", price=1250, user_id="seller", created_at=datetime.now(UTC))
    for event in events:
        ticket = apply_order(ticket, event)
    return ticket


A_CREATED = order_event(OrderCreated, id="a", hold=1)
A_CANCELLED = order_event(OrderCancelled, id="a", hold=1, version=1)
A_REINSTATED = order_event(OrderCompleted, id="a", hold=3, version=2)
B_CREATED = order_event(OrderCreated, id="b", hold=2)
B_CANCELLED = order_event(OrderCancelled, id="b", hold=2, version=1)
B_COMPLETED = order_event(OrderCompleted, id="b", hold=2, version=1)


def test_created_after_cancelled_does_not_lock_ticket() -> None:
    assert after(A_CANCELLED, A_CREATED).order_id is None


def test_created_after_completed_changes_nothing() -> None:
    sold = after(B_COMPLETED)
    assert sold.order_id == "b"
    assert apply_order(sold, B_CREATED) is sold


def test_late_cancellation_does_not_release_another_order() -> None:
    assert after(A_CREATED, B_CREATED, A_CANCELLED).order_id == "b"


def test_late_event_of_an_old_order_does_not_lock_ticket() -> None:
    assert after(B_CREATED, B_CANCELLED, A_CREATED).order_id is None


def test_late_events_of_an_old_order_change_nothing() -> None:
    held = after(B_CREATED)
    assert apply_order(apply_order(held, A_CREATED), A_CANCELLED) is held


def test_reinstated_order_takes_the_ticket_back() -> None:
    assert after(A_CREATED, A_CANCELLED, B_CREATED, B_CANCELLED, A_REINSTATED).order_id == "a"
    assert after(A_REINSTATED, B_CREATED, B_CANCELLED, A_CREATED, A_CANCELLED).order_id == "a"


@st.composite
def histories(draw: st.DrawFn) -> list[OrderState]:
    """The events of one ticket in order: each order but the last is cancelled before the next one."""
    events: list[OrderState] = []
    orders = draw(st.integers(1, 4))
    for hold in range(1, orders + 1):
        events.append(order_event(OrderCreated, id=f"order {hold}", hold=hold))
        last = hold == orders
        ending = draw(st.sampled_from([OrderCancelled, OrderCompleted, None])) if last else OrderCancelled
        if ending is not None:
            events.append(order_event(ending, id=f"order {hold}", hold=hold, version=1))
    if draw(st.booleans()) and isinstance(events[-1], OrderCancelled):
        back = draw(st.integers(1, orders))
        events.append(order_event(OrderCompleted, id=f"order {back}", hold=orders + 1, version=2))
    return events


@given(data=st.data(), events=histories())
def test_delivery_order_and_duplicates_do_not_matter(data: st.DataObject, events: list[OrderState]) -> None:
    again = data.draw(st.lists(st.sampled_from(events), max_size=6))
    shuffled = data.draw(st.permutations([*events, *again]))
    expected, got = after(*events), after(*shuffled)
    assert (got.order_id, got.fence) == (expected.order_id, expected.fence)
