"""The one transition of all news: any order, any number of times."""

from collections import Counter
from dataclasses import astuple, replace
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing_common.events import (
    PaymentCreated,
    PaymentFailed,
    PaymentRefunded,
    PaymentState,
    PaymentStatus,
    PaymentStep,
)
from ticketing_payments.domain.apply import apply
from ticketing_payments.domain.errors import IntentMismatch
from ticketing_payments.domain.intent import Decline, Intent, IntentStatus, Money
from ticketing_payments.domain.payment import Payment
from ticketing_payments.events import event_for
from ticketing_test_support.payments.stories import CURRENCY, NOW, PRICE, an_order

WAITING = IntentStatus.REQUIRES_PAYMENT_METHOD
OPEN = Intent("pi_1", "order", WAITING, PRICE, CURRENCY)
NO_FUNDS = replace(OPEN, decline=Decline("ch_1", "insufficient_funds", "Your card has insufficient funds."))
STOLEN = replace(OPEN, decline=Decline("ch_2", "stolen_card", "Your card was declined."))
ACTION = replace(OPEN, status=IntentStatus.REQUIRES_ACTION)
PROCESSING = replace(OPEN, status=IntentStatus.PROCESSING)
SUCCEEDED = replace(OPEN, status=IntentStatus.SUCCEEDED, money=Money(captured=PRICE))
PARTLY_REFUNDED = replace(SUCCEEDED, money=Money(PRICE, refund_requested=250))
REFUNDED = replace(SUCCEEDED, money=Money(PRICE, refund_requested=PRICE))
BOUNCED = replace(SUCCEEDED, money=Money(PRICE, refund_requested=PRICE, refund_failed=PRICE))
DISPUTED = replace(SUCCEEDED, money=Money(PRICE, dispute_opened=PRICE))
WON = replace(SUCCEEDED, money=Money(PRICE, dispute_opened=PRICE, dispute_won=PRICE))
LOST = replace(SUCCEEDED, money=Money(PRICE, dispute_opened=PRICE, dispute_lost=PRICE))
CANCELED = replace(OPEN, status=IntentStatus.CANCELED)

UNPAID = [OPEN, NO_FUNDS, STOLEN, ACTION, PROCESSING]
PAID = [SUCCEEDED, PARTLY_REFUNDED, REFUNDED]
STARTED = Payment(
    order_id="order", id="payment", version=3, order=an_order(), intent_id="pi_1", attempt="digest", check_at=NOW
)


def told(views: list[Intent]) -> tuple[list[Payment], list[PaymentState]]:
    """All states that the payment goes through, and what is said on the way."""
    states, said = [STARTED], []
    for view in views:
        states.append(apply(states[-1], view, currency=CURRENCY, now=NOW))
        event = event_for(states[-2], states[-1])
        said += [event] if event else []
    return states, said


def kinds(said: list[PaymentState], kind: type[PaymentState]) -> int:
    return sum(type(event) is kind for event in said)


def in_any_order(views: list[Intent]) -> st.SearchStrategy[list[Intent]]:
    """Every view at least once, some again."""
    again = st.lists(st.sampled_from(views), max_size=5)
    return again.flatmap(lambda more: st.permutations([*views, *more]))


@given(in_any_order([*UNPAID, *PAID]))
def test_the_same_facts_end_in_the_same_state_in_whatever_order_they_come(views: list[Intent]) -> None:
    final = told(views)[0][-1]
    assert (final.status, final.money.captured, final.money.refunded) == (PaymentStatus.REFUNDED, PRICE, PRICE)
    assert final.check_at is None


@given(in_any_order([*UNPAID, *PAID]))
def test_money_only_grows_and_captured_money_is_told_exactly_once(views: list[Intent]) -> None:
    states, said = told(views)
    money = [astuple(state.money) for state in states]
    assert all(earlier <= later for steps in zip(*money, strict=True) for earlier, later in pairwise(steps))
    assert kinds(said, PaymentCreated) == 1


@given(in_any_order([*PAID, BOUNCED]))
def test_a_refund_that_bounced_stays_so_whatever_older_view_comes_late(views: list[Intent]) -> None:
    final = told(views)[0][-1]
    assert (final.status, final.money.captured, final.money.refunded) == (PaymentStatus.REFUND_FAILED, PRICE, 0)


@given(in_any_order([SUCCEEDED, DISPUTED, WON]))
def test_a_dispute_that_was_won_stays_won_whatever_older_view_comes_late(views: list[Intent]) -> None:
    final = told(views)[0][-1]
    assert (final.status, final.money.disputed) == (PaymentStatus.SUCCEEDED, 0)


@given(in_any_order([SUCCEEDED, DISPUTED, LOST]))
def test_a_dispute_that_was_lost_stays_lost_whatever_older_view_comes_late(views: list[Intent]) -> None:
    final = told(views)[0][-1]
    assert (final.status, final.money.disputed) == (PaymentStatus.DISPUTE_LOST, PRICE)


@given(in_any_order([NO_FUNDS, STOLEN, SUCCEEDED, PARTLY_REFUNDED, REFUNDED, BOUNCED]))
def test_the_history_adds_up_to_the_money_that_moved(views: list[Intent]) -> None:
    final, moved = told(views)[0][-1], Counter[PaymentStep]()
    for line in final.history:
        moved[line.step] += line.amount or 0
    assert (moved[PaymentStep.PAID], moved[PaymentStep.REFUNDED]) == (PRICE, PRICE)
    assert moved[PaymentStep.REFUND_FAILED] == PRICE


def test_the_history_tells_each_step_once_in_order_and_why() -> None:
    final = told([OPEN, NO_FUNDS, NO_FUNDS, ACTION, SUCCEEDED, DISPUTED, LOST, LOST])[0][-1]
    assert [(line.step, line.amount, line.reason) for line in final.history] == [
        (PaymentStep.DECLINED, PRICE, "Your card has insufficient funds."),
        (PaymentStep.PAID, PRICE, None),
        (PaymentStep.DISPUTED, PRICE, None),
        (PaymentStep.DISPUTE_CLOSED, PRICE, "It was decided in your favour; your bank returned the money."),
    ]


@given(in_any_order([*UNPAID, CANCELED]))
def test_a_payment_that_was_called_off_stays_so(views: list[Intent]) -> None:
    states, said = told(views)
    assert (states[-1].status, states[-1].money.captured, states[-1].check_at) == (PaymentStatus.CANCELED, 0, None)
    assert kinds(said, PaymentCreated) == 0


@given(in_any_order(UNPAID))
def test_each_decline_is_told_exactly_once(views: list[Intent]) -> None:
    states, said = told(views)
    assert kinds(said, PaymentFailed) == len(said) == 2
    assert {decline.attempt for decline in states[-1].declines} == {"ch_1", "ch_2"}


@given(st.lists(st.sampled_from([*UNPAID, *PAID, CANCELED]), max_size=12))
def test_every_event_has_a_version_of_its_own_and_tells_the_state_it_was_said_in(views: list[Intent]) -> None:
    states, said = told(views)
    by_version = {state.version: state for state in states}
    assert len({event.version for event in said}) == len(said)
    for event in said:
        state = by_version[event.version]
        assert (event.status, event.captured, event.history) == (state.status, state.money.captured, state.history)
        assert (event.refunded, event.disputed) == (state.money.refunded, state.money.disputed)


@given(st.sampled_from([*UNPAID, *PAID, CANCELED]))
def test_the_same_view_again_changes_nothing(view: Intent) -> None:
    once = apply(STARTED, view, currency=CURRENCY, now=NOW)
    assert apply(once, view, currency=CURRENCY, now=NOW) is once


def test_two_declines_for_the_same_reason_are_two() -> None:
    again = replace(NO_FUNDS, decline=replace(NO_FUNDS.decline, attempt="ch_9"))  # type: ignore[type-var]
    _, said = told([NO_FUNDS, again])
    assert [event.reason for event in said] == ["Your card has insufficient funds."] * 2


def test_an_older_view_does_not_hide_a_decline() -> None:
    final = reduce(lambda state, view: apply(state, view, currency=CURRENCY, now=NOW), [NO_FUNDS, OPEN], STARTED)
    assert (final.status, final.decline) == (PaymentStatus.FAILED, NO_FUNDS.decline)


def test_money_taken_after_a_decline_leaves_no_reason() -> None:
    _, said = told([NO_FUNDS, SUCCEEDED])
    assert [(type(event), event.reason) for event in said][-1] == (PaymentCreated, None)


def test_captured_and_given_back_between_two_looks_is_told_as_captured() -> None:
    _, [said] = told([REFUNDED])
    assert isinstance(said, PaymentCreated)
    assert (said.status, said.captured, said.refunded) == ("refunded", PRICE, PRICE)


def test_money_given_back_in_parts_is_told_each_time() -> None:
    _, said = told([SUCCEEDED, PARTLY_REFUNDED, SUCCEEDED, REFUNDED])
    refunds = [event for event in said if isinstance(event, PaymentRefunded)]
    assert [(event.status, event.refunded) for event in refunds] == [("partially_refunded", 250), ("refunded", PRICE)]


@pytest.mark.parametrize(
    "wrong",
    [{"id": "pi_2"}, {"order_id": "another"}, {"order_id": None}, {"amount": 1}, {"currency": "eur"}, {"live": True}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_intent_that_is_not_this_payments_is_not_taken_over(wrong: dict[str, object]) -> None:
    with pytest.raises(IntentMismatch, match="dashboard"):
        apply(STARTED, replace(SUCCEEDED, **wrong), currency=CURRENCY, now=NOW)  # type: ignore[arg-type]
