"""Refunds are made once, whatever crashes and whoever else refunds or disputes the payment."""

from datetime import timedelta

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentCreated, PaymentRefunded, PaymentState, PaymentStatus, RefundReason
from ticketing_payments.domain.errors import NotRefundable
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.scenario import NOW, PRICE, PaymentScenario


@pytest.fixture
async def paid(scenario: PaymentScenario) -> PaymentScenario:
    """The same, paid."""
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


async def test_refund_is_stored_before_stripe_is_asked(paid: PaymentScenario) -> None:
    stored = []

    async def look() -> None:
        stored.append((await paid.payment()).is_refund_due)

    paid.stripe.before["refund"] = look
    await paid.refund()
    assert stored == [True]


@pytest.mark.parametrize("fault", ["lost response", "lost request", "crash before the result is stored"])
async def test_retried_refund_uses_the_same_key(paid: PaymentScenario, fault: str) -> None:
    paid.stripe.is_down = fault == "lost request"
    paid.stripe.loses_response_of = "refund" if fault == "lost response" else None
    paid.faults.fails_after = 1 if fault.startswith("crash") else -1
    with pytest.raises(Unavailable):
        await paid.refund()
    paid.stripe.is_down = False
    await paid.refund()
    assert len(set(paid.stripe.called("refund"))) == 1
    await require_refunded_once(paid)


async def test_refund_that_failed_to_be_made_is_made_by_the_reconciler(paid: PaymentScenario) -> None:
    paid.stripe.is_down = True
    with pytest.raises(Unavailable):
        await paid.refund()
    paid.stripe.is_down = False
    await reconcile_due(paid.deps, NOW + timedelta(minutes=1))
    await require_refunded_once(paid)


async def test_webhook_before_our_write_publishes_one_event(paid: PaymentScenario) -> None:
    async def webhook_first() -> None:
        paid.faults.meanwhile = paid.refresh

    paid.stripe.before["refund"] = webhook_first
    await paid.refund(RefundReason.DUPLICATE)
    assert (await require_refunded_once(paid)).reason == "duplicate"


async def test_two_replicas_at_once_refund_once(paid: PaymentScenario) -> None:
    paid.faults.meanwhile = paid.refund
    await paid.refund()
    await require_refunded_once(paid)


@pytest.mark.parametrize("amount", [250, PRICE])
async def test_only_what_was_not_refunded_in_the_dashboard_is_refunded(paid: PaymentScenario, amount: int) -> None:
    paid.stripe.refund_in_dashboard(paid.intent_id, amount)
    await paid.refresh()
    await paid.refund()
    assert sum(paid.stripe.refunds.values()) == PRICE - amount
    assert len(paid.stripe.called("refund")) == (amount < PRICE)
    assert (await paid.payment()).status is PaymentStatus.REFUNDED


async def test_failed_refund_is_final_published_and_not_made_again(
    paid: PaymentScenario, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await paid.refund()
    paid.stripe.fail_refund(paid.intent_id, PRICE)
    for _ in range(2):
        await paid.refresh()
        await paid.refund()
    event = (await paid.published(PaymentRefunded))[-1]
    assert (event.status, event.refunded, event.reason) == ("refund_failed", 0, "refund_failed")
    assert (len(paid.stripe.refunds), (await paid.payment()).needs_check) == (1, False)
    assert (caplog.text + "".join(capsys.readouterr())).count("refund.failed") == 1


@pytest.mark.parametrize("known", [True, False], ids=["known here", "known to Stripe only"])
async def test_open_dispute_postpones_the_refund(paid: PaymentScenario, known: bool) -> None:
    paid.stripe.dispute(paid.intent_id)
    if known:
        await paid.refresh()
    await paid.refund()
    payment = await paid.payment()
    assert (paid.stripe.refunds, payment.status, payment.is_refund_due) == ({}, PaymentStatus.DISPUTED, True)


async def test_refund_is_made_once_the_dispute_is_won(paid: PaymentScenario) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    paid.stripe.dispute(paid.intent_id, won=PRICE)
    await reconcile_due(paid.deps, NOW + timedelta(days=1))
    assert list(paid.stripe.refunds.values()) == [PRICE]
    assert not (await paid.payment()).needs_check


async def test_lost_dispute_is_final_and_needs_no_refund(paid: PaymentScenario) -> None:
    paid.stripe.dispute(paid.intent_id)
    await paid.refund()
    paid.stripe.dispute(paid.intent_id, lost=PRICE)
    await paid.refresh()
    event = (await paid.published(PaymentRefunded))[-1]
    assert (event.status, event.disputed, event.refunded) == ("dispute_lost", PRICE, 0)
    assert not (await paid.payment()).needs_check


async def test_uncaptured_payment_is_not_refunded(scenario: PaymentScenario) -> None:
    with pytest.raises(NotRefundable):
        await scenario.refund()
    assert (scenario.stripe.calls, (await scenario.payment()).refund) == ([], None)
