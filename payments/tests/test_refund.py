"""Giving money back: once, whatever crashes, and whoever else gives some back."""

from datetime import timedelta

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentCreated, PaymentRefunded, PaymentStatus, RefundReason
from ticketing_payments.domain.errors import NotRefundable
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.payments import Died
from ticketing_test_support.payments.stories import NOW, PRICE, Shop


@pytest.fixture
async def paid(shop: Shop) -> Shop:
    """The same, paid."""
    await shop.pay()
    return shop


async def test_a_refund_gives_everything_back_and_says_why(paid: Shop) -> None:
    await paid.refund(RefundReason.BUYER)
    [said] = paid.payments.told(PaymentRefunded)
    assert (said.status, said.captured, said.refunded, said.reason) == ("refunded", PRICE, PRICE, "buyer")


async def test_refund_due_heard_twice_is_one_refund(paid: Shop) -> None:
    await paid.refund()
    await paid.refund()
    assert list(paid.stripe.refunds.values()) == [PRICE]
    assert len(paid.payments.told(PaymentRefunded)) == 1


async def test_the_refund_is_stored_before_stripe_is_asked(paid: Shop) -> None:
    async def look() -> None:
        assert paid.payment.refund is not None

    paid.stripe.before["refund"] = look
    await paid.refund()
    assert paid.payment.status is PaymentStatus.REFUNDED


@pytest.mark.parametrize("arrived", [True, False], ids=["the answer was lost", "the question was lost"])
async def test_after_a_crash_stripe_is_asked_with_the_same_key(paid: Shop, arrived: bool) -> None:
    paid.stripe.away, paid.stripe.loses_answer_of = not arrived, "refund"
    with pytest.raises(Unavailable):
        await paid.refund()
    paid.stripe.away, paid.stripe.loses_answer_of = False, None
    await paid.refund()
    assert len(set(paid.stripe.called("refund"))) == 1
    assert list(paid.stripe.refunds.values()) == [PRICE]


async def test_a_crash_between_stripes_answer_and_our_bookkeeping_is_made_good(paid: Shop) -> None:
    paid.payments.die_before = lambda payment: payment.money.refunded > 0
    with pytest.raises(Died):
        await paid.refund()
    paid.payments.die_before = lambda _payment: False
    await paid.refund()
    assert list(paid.stripe.refunds.values()) == [PRICE]
    assert len(paid.payments.told(PaymentRefunded)) == 1


async def test_a_webhook_that_comes_before_our_own_bookkeeping_makes_one_event(paid: Shop) -> None:
    async def webhook_first() -> None:
        paid.payments.interruption = paid.look

    paid.stripe.before["refund"] = webhook_first
    await paid.refund(RefundReason.DUPLICATE)
    [said] = paid.payments.told(PaymentRefunded)
    assert (said.refunded, said.reason) == (PRICE, "duplicate")


async def test_two_replicas_that_hear_it_at_once_refund_once(paid: Shop) -> None:
    paid.payments.interruption = paid.refund
    await paid.refund()
    assert list(paid.stripe.refunds.values()) == [PRICE]
    assert len(paid.payments.told(PaymentRefunded)) == 1


async def test_a_refund_made_in_the_dashboard_is_taken_over(paid: Shop) -> None:
    paid.stripe.refund_in_dashboard(paid.intent_id, 250)
    await paid.look()
    [said] = paid.payments.told(PaymentRefunded)
    assert (said.status, said.refunded) == ("partially_refunded", 250)


async def test_after_a_part_was_refunded_by_hand_only_the_rest_goes_back(paid: Shop) -> None:
    paid.stripe.refund_in_dashboard(paid.intent_id, 250)
    await paid.refund()
    assert list(paid.stripe.refunds.values()) == [PRICE - 250]
    assert (paid.payment.status, paid.payment.money.refunded) == (PaymentStatus.REFUNDED, PRICE)


async def test_after_all_was_refunded_by_hand_nothing_more_goes_back(paid: Shop) -> None:
    paid.stripe.refund_in_dashboard(paid.intent_id, PRICE)
    await paid.look()
    await paid.refund()
    assert paid.stripe.called("refund") == []


async def test_a_refund_that_the_bank_sends_back_is_taken_over_and_told(paid: Shop) -> None:
    await paid.refund()
    paid.stripe.bounce(paid.intent_id, PRICE)
    await paid.look()
    await paid.look()
    [_, said] = paid.payments.told(PaymentRefunded)
    assert (said.status, said.captured, said.refunded, said.reason) == ("refund_failed", PRICE, 0, "refund_failed")


async def test_a_refund_that_bounced_is_not_made_again(paid: Shop) -> None:
    await paid.refund()
    paid.stripe.bounce(paid.intent_id, PRICE)
    await paid.look()
    await paid.refund()
    assert len(paid.stripe.refunds) == 1


async def test_while_the_bank_has_not_decided_a_dispute_nothing_is_refunded(paid: Shop) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.look()
    await paid.refund()
    assert paid.stripe.called("refund") == []
    assert paid.payment.is_refund_due


async def test_a_dispute_that_stripe_knew_before_us_is_found_by_the_refund(paid: Shop) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    assert (paid.stripe.refunds, paid.payment.status) == ({}, PaymentStatus.DISPUTED)
    assert paid.payment.is_refund_due


async def test_a_dispute_that_was_won_is_followed_by_the_refund_that_waited(paid: Shop) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    paid.stripe.dispute(paid.intent_id, won=PRICE)
    await reconcile_due(paid.deps, NOW + timedelta(days=1))
    assert list(paid.stripe.refunds.values()) == [PRICE]
    assert not paid.payment.needs_check


async def test_a_dispute_that_was_lost_needs_no_refund_any_more(paid: Shop) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    paid.stripe.dispute(paid.intent_id, lost=PRICE)
    await paid.look()
    assert not paid.payment.needs_check
    assert paid.payments.told(PaymentRefunded)[-1].disputed == PRICE


async def test_a_refund_whose_message_was_lost_is_made_by_the_reconciler(paid: Shop) -> None:
    paid.stripe.away = True
    with pytest.raises(Unavailable):
        await paid.refund()
    paid.stripe.away = False
    await reconcile_due(paid.deps, NOW + timedelta(minutes=1))
    assert list(paid.stripe.refunds.values()) == [PRICE]


async def test_without_money_taken_there_is_no_refund(shop: Shop) -> None:
    with pytest.raises(NotRefundable):
        await shop.refund()
    assert (shop.stripe.calls, shop.payment.refund) == ([], None)


async def test_the_payment_is_told_before_its_refund(paid: Shop) -> None:
    await paid.refund()
    created, refunded = paid.payments.said
    assert (type(created), type(refunded)) == (PaymentCreated, PaymentRefunded)
    assert created.version < refunded.version  # type: ignore[attr-defined]
