"""Refunds are made once, despite crashes and refunds or disputes made elsewhere."""

from datetime import timedelta

import pytest
from payments.tests.conftest import CountLogged

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentCreated, PaymentRefunded, PaymentState, PaymentStatus, RefundReason
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.scenario import NOW, PRICE, PaymentScenario


@pytest.fixture
async def paid(scenario: PaymentScenario) -> PaymentScenario:
    """A paid order, all in memory."""
    await scenario.pay()
    return scenario


async def require_refunded_once(scenario: PaymentScenario) -> PaymentRefunded:
    """One refund of the whole price, and its event."""
    assert list(scenario.stripe.refunds.values()) == [PRICE]
    [event] = await scenario.published(PaymentRefunded)
    assert (event.status, event.captured, event.refunded) == ("refunded", PRICE, PRICE)
    return event


async def test_refund_returns_everything_with_its_reason(paid: PaymentScenario) -> None:
    await paid.refund(RefundReason.BUYER)
    await paid.refund()
    assert (await require_refunded_once(paid)).reason == "buyer"
    created, refunded = await paid.published(PaymentState)
    assert (type(created), created.version < refunded.version) == (PaymentCreated, True)


@pytest.mark.parametrize("fault", ["lost response", "lost request", "crash"])
async def test_retried_refund_uses_the_same_key(paid: PaymentScenario, fault: str) -> None:
    paid.stripe.is_down = fault == "lost request"
    paid.stripe.loses_response_of = "refund" if fault == "lost response" else None
    paid.faults.fails_after = 1 if fault == "crash" else -1
    with pytest.raises(Unavailable):
        await paid.refund()
    paid.stripe.is_down = False
    await (paid.refund() if fault == "crash" else reconcile_due(paid.deps, NOW + timedelta(minutes=1)))
    assert len(set(paid.stripe.called("refund"))) == 1
    await require_refunded_once(paid)


@pytest.mark.parametrize("other", ["webhook", "replica"])
async def test_concurrent_webhook_or_replica_changes_nothing(paid: PaymentScenario, other: str) -> None:
    async def before_our_write() -> None:
        paid.faults.meanwhile = paid.refresh

    if other == "webhook":
        paid.stripe.before["refund"] = before_our_write
    else:
        paid.faults.meanwhile = paid.refund
    await paid.refund()
    await require_refunded_once(paid)


async def test_failed_refund_is_final_published_and_not_made_again(
    paid: PaymentScenario, count_logged: CountLogged
) -> None:
    await paid.refund()
    paid.stripe.fail_refund(paid.intent_id, PRICE)
    for _ in range(2):
        await paid.refresh()
        await paid.refund()
    event = (await paid.published(PaymentRefunded))[-1]
    assert (event.status, event.refunded, event.reason) == ("refund_failed", 0, "refund_failed")
    assert (len(paid.stripe.refunds), (await paid.payment()).needs_check) == (1, False)
    assert count_logged("refund.failed") == 1


async def test_refund_waits_for_the_dispute_to_be_won(paid: PaymentScenario) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    payment = await paid.payment()
    assert (paid.stripe.refunds, payment.status, payment.is_refund_due) == ({}, PaymentStatus.DISPUTED, True)
    paid.stripe.dispute(paid.intent_id, won=PRICE)
    await reconcile_due(paid.deps, NOW + timedelta(days=1))
    assert list(paid.stripe.refunds.values()) == [PRICE]
    assert not (await paid.payment()).needs_check


async def test_lost_dispute_is_final_and_needs_no_refund(paid: PaymentScenario) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    paid.stripe.dispute(paid.intent_id, lost=PRICE)
    await reconcile_due(paid.deps, NOW + timedelta(days=1))
    event = (await paid.published(PaymentRefunded))[-1]
    assert (event.status, event.disputed, event.refunded) == ("dispute_lost", PRICE, 0)
    assert not (await paid.payment()).needs_check
