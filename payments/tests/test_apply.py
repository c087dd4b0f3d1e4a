"""Views of an intent, applied in any order and any number of times."""

from collections import Counter
from dataclasses import astuple, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.events import (
    PaymentCreated,
    PaymentFailed,
    PaymentState,
    PaymentStatus,
    PaymentStep,
    RefundReason,
)
from ticketing_payments.domain.apply import apply
from ticketing_payments.domain.errors import IntentMismatch
from ticketing_payments.domain.intent import Decline, Intent, IntentStatus, Money
from ticketing_payments.domain.payment import Payment, Refund
from ticketing_payments.events import event_for
from ticketing_test_support.payments.scenario import CURRENCY, NOW, PRICE, make_order

OPEN = Intent("pi_1", "order", IntentStatus.REQUIRES_PAYMENT_METHOD, PRICE, CURRENCY)
NO_FUNDS = replace(OPEN, decline=Decline("ch_1", "insufficient_funds", "Your card has insufficient funds."))
STOLEN = replace(OPEN, decline=Decline("ch_2", "stolen_card", "Your card was declined."))
STOLEN_AGAIN = replace(OPEN, decline=Decline("ch_3", "stolen_card", "Your card was declined."))
ACTION = replace(OPEN, status=IntentStatus.REQUIRES_ACTION)
PROCESSING = replace(OPEN, status=IntentStatus.PROCESSING)
CANCELED = replace(OPEN, status=IntentStatus.CANCELED)
SUCCEEDED = replace(OPEN, status=IntentStatus.SUCCEEDED, money=Money(PRICE))


def with_money(*amounts: int) -> Intent:
    return replace(SUCCEEDED, money=Money(PRICE, *amounts))


PARTLY_REFUNDED = with_money(250)
REFUNDED = with_money(PRICE)
REFUND_FAILED = with_money(PRICE, PRICE)
DISPUTED = with_money(0, 0, PRICE)
WON = with_money(0, 0, PRICE, PRICE)
LOST = with_money(0, 0, PRICE, 0, PRICE)
WON_ON_APPEAL = with_money(0, 0, PRICE, PRICE, PRICE)

UNPAID = [OPEN, NO_FUNDS, STOLEN, ACTION, PROCESSING]
PAID = [SUCCEEDED, PARTLY_REFUNDED, REFUNDED]
STARTED = Payment(
    order_id="order", id="payment", version=3, order=make_order(), intent_id="pi_1", attempt="digest", check_at=NOW
)


def apply_all(snapshots: list[Intent], payment: Payment = STARTED) -> tuple[list[Payment], list[PaymentState]]:
    """All states that the payment passes, and the events published on the way."""
    states, events = [payment], []
    for snapshot in snapshots:
        states.append(apply(states[-1], snapshot, currency=CURRENCY, now=NOW))
        event = event_for(states[-2], states[-1])
        events += [event] if event else []
    return states, events


def count(events: list[PaymentState], kind: type[PaymentState]) -> int:
    return sum(type(event) is kind for event in events)


def in_any_order(snapshots: list[Intent]) -> st.SearchStrategy[list[Intent]]:
    """Every snapshot at least once, some again."""
    repeated = st.lists(st.sampled_from(snapshots), max_size=5)
    return repeated.flatmap(lambda more: st.permutations([*snapshots, *more]))


@pytest.mark.parametrize(
    ("snapshots", "status"),
    [
        ([*UNPAID, *PAID], PaymentStatus.REFUNDED),
        ([*PAID, REFUND_FAILED], PaymentStatus.REFUND_FAILED),
        ([SUCCEEDED, DISPUTED], PaymentStatus.DISPUTED),
        ([SUCCEEDED, DISPUTED, WON], PaymentStatus.SUCCEEDED),
        ([SUCCEEDED, DISPUTED, LOST], PaymentStatus.DISPUTE_LOST),
        ([SUCCEEDED, DISPUTED, LOST, WON_ON_APPEAL], PaymentStatus.SUCCEEDED),
        ([*UNPAID, CANCELED], PaymentStatus.CANCELED),
    ],
    ids=lambda value: value if isinstance(value, PaymentStatus) else "",
)
@given(data=st.data())
def test_any_order_of_snapshots_ends_in_the_same_state(
    snapshots: list[Intent], status: PaymentStatus, data: st.DataObject
) -> None:
    states, events = apply_all(data.draw(in_any_order(snapshots)))
    assert (states[-1].status, states[-1].check_at is None) == (status, status is not PaymentStatus.DISPUTED)
    assert count(events, PaymentCreated) == (status is not PaymentStatus.CANCELED)
    assert len({event.version for event in events}) == len(events)


@given(in_any_order([NO_FUNDS, STOLEN, *PAID, REFUND_FAILED]))
def test_amounts_only_grow_and_history_adds_up_to_them(snapshots: list[Intent]) -> None:
    states, _ = apply_all(snapshots)
    money = [astuple(state.money) for state in states]
    assert all(earlier <= later for amounts in zip(*money, strict=True) for earlier, later in pairwise(amounts))
    moved = Counter[PaymentStep]()
    for entry in states[-1].history:
        moved[entry.step] += entry.amount or 0
    steps = (PaymentStep.PAID, PaymentStep.REFUNDED, PaymentStep.REFUND_FAILED)
    assert [moved[step] for step in steps] == [PRICE, PRICE, PRICE]


def test_history_has_each_step_once_with_its_reason() -> None:
    states, _ = apply_all([OPEN, NO_FUNDS, NO_FUNDS, ACTION, SUCCEEDED, DISPUTED, LOST, LOST])
    assert [(entry.step, entry.amount, entry.reason) for entry in states[-1].history] == [
        (PaymentStep.DECLINED, PRICE, "Your card has insufficient funds."),
        (PaymentStep.PAID, PRICE, None),
        (PaymentStep.DISPUTED, PRICE, None),
        (PaymentStep.DISPUTE_CLOSED, PRICE, "It was decided in your favour; your bank returned the money."),
    ]


@given(in_any_order(UNPAID))
def test_each_decline_is_published_once(snapshots: list[Intent]) -> None:
    states, events = apply_all(snapshots)
    assert count(events, PaymentFailed) == len(events) == 2
    assert {decline.attempt for decline in states[-1].declines} == {"ch_1", "ch_2"}


@pytest.mark.parametrize("snapshot", [*UNPAID, *PAID, CANCELED, DISPUTED, LOST])
def test_repeated_snapshot_changes_nothing(snapshot: Intent) -> None:
    once = apply(STARTED, snapshot, currency=CURRENCY, now=NOW)
    assert apply(once, snapshot, currency=CURRENCY, now=NOW) is once


@pytest.mark.parametrize(
    ("snapshots", "events"),
    [
        ([NO_FUNDS, OPEN], "failed failed (Your card has insufficient funds.)"),
        ([STOLEN, STOLEN_AGAIN], "failed failed (Your card was declined.), failed failed (Your card was declined.)"),
        ([NO_FUNDS, SUCCEEDED], "failed failed (Your card has insufficient funds.), created succeeded (None)"),
        ([REFUNDED], "created refunded (None)"),
        (
            [SUCCEEDED, PARTLY_REFUNDED, SUCCEEDED, REFUNDED],
            "created succeeded (None), refunded partially_refunded (None), refunded refunded (None)",
        ),
        ([REFUNDED, REFUND_FAILED], "created refunded (None), refunded refund_failed (refund_failed)"),
        ([DISPUTED, LOST], "created disputed (disputed), refunded dispute_lost (disputed)"),
    ],
)
def test_changes_publish_events_with_status_and_reason(snapshots: list[Intent], events: str) -> None:
    _, published = apply_all(snapshots)
    lines = [f"{event.subject.value.removeprefix('payment.')} {event.status} ({event.reason})" for event in published]
    assert ", ".join(lines) == events


@pytest.mark.parametrize(
    ("snapshots", "due"), [([DISPUTED], True), ([DISPUTED, LOST], False), ([DISPUTED, LOST, WON_ON_APPEAL], True)]
)
def test_refund_is_due_unless_the_dispute_is_lost(snapshots: list[Intent], due: bool) -> None:
    started = replace(STARTED, money=Money(PRICE), refund=Refund("refund", RefundReason.EXPIRED))
    final = apply_all(snapshots, started)[0][-1]
    assert (final.is_refund_due, final.check_at is not None) == (due, due)


@pytest.mark.parametrize(
    "wrong",
    [{"id": "pi_2"}, {"order_id": "another"}, {"order_id": None}, {"amount": 1}, {"currency": "eur"}, {"live": True}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_intent_of_another_payment_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(IntentMismatch, match="dashboard"):
        apply(STARTED, replace(SUCCEEDED, **wrong), currency=CURRENCY, now=NOW)  # type: ignore[arg-type]
