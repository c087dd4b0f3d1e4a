"""Order events come twice, late and out of order: each interleaving that would corrupt a ticket without the fence."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, OrderState
from ticketing_test_support.samples import order_event
from ticketing_tickets.domain import Ticket, apply_order


def heard(*events: OrderState) -> Ticket:
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


def test_created_heard_after_cancelled_does_not_lock_the_ticket() -> None:
    assert heard(A_CANCELLED, A_CREATED).order_id is None


def test_created_heard_after_completed_changes_nothing() -> None:
    sold = heard(B_COMPLETED)
    assert sold.order_id == "b"
    assert apply_order(sold, B_CREATED) is sold


def test_a_late_cancellation_does_not_free_what_another_order_holds() -> None:
    assert heard(A_CREATED, B_CREATED, A_CANCELLED).order_id == "b"


def test_an_old_order_heard_late_does_not_lock_the_ticket_again() -> None:
    assert heard(B_CREATED, B_CANCELLED, A_CREATED).order_id is None


def test_the_whole_life_of_an_old_order_heard_late_changes_nothing() -> None:
    held = heard(B_CREATED)
    assert apply_order(apply_order(held, A_CREATED), A_CANCELLED) is held


def test_an_expired_order_that_is_reinstated_takes_the_ticket_back() -> None:
    assert heard(A_CREATED, A_CANCELLED, B_CREATED, B_CANCELLED, A_REINSTATED).order_id == "a"
    assert heard(A_REINSTATED, B_CREATED, B_CANCELLED, A_CREATED, A_CANCELLED).order_id == "a"


@st.composite
def histories(draw: st.DrawFn) -> list[OrderState]:
    """What orders says of one ticket, in order: each order but the last gives it up before the next holds it."""
    said: list[OrderState] = []
    orders = draw(st.integers(1, 4))
    for hold in range(1, orders + 1):
        said.append(order_event(OrderCreated, id=f"order {hold}", hold=hold))
        last = hold == orders
        ending = draw(st.sampled_from([OrderCancelled, OrderCompleted, None])) if last else OrderCancelled
        if ending is not None:
            said.append(order_event(ending, id=f"order {hold}", hold=hold, version=1))
    if draw(st.booleans()) and isinstance(said[-1], OrderCancelled):
        back = draw(st.integers(1, orders))
        said.append(order_event(OrderCompleted, id=f"order {back}", hold=orders + 1, version=2))
    return said


@settings(deadline=None)  # the machine is shared: time tells nothing here
@given(data=st.data(), said=histories())
def test_any_order_with_any_duplicates_ends_as_the_right_order_does(
    data: st.DataObject, said: list[OrderState]
) -> None:
    again = data.draw(st.lists(st.sampled_from(said), max_size=6))
    shuffled = data.draw(st.permutations([*said, *again]))
    expected, got = heard(*said), heard(*shuffled)
    assert (got.order_id, got.fence) == (expected.order_id, expected.fence)
