"""The reconciler asks Stripe about due payments, less and less often, until nothing can change by itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentCreated, PaymentFailed, PaymentStatus
from ticketing_payments.reconciler import Reconciler
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.scenario import NOW, PRICE, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import REQUIRES_3DS
from ticketing_test_support.waiting import eventually

DUE = NOW + timedelta(seconds=60)
MUCH_LATER = NOW + timedelta(days=30)


@pytest.fixture
async def waiting(scenario: PaymentScenario) -> PaymentScenario:
    """The buyer is at the bank's 3-D Secure page, and no webhook will arrive."""
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.calls.clear()
    return scenario


@pytest.fixture
async def other(waiting: PaymentScenario) -> PaymentScenario:
    """A second order in the same store, due a second later; captured, but not known here."""
    other = PaymentScenario()
    other.store, other.stripe, other.deps = waiting.store, waiting.stripe, waiting.deps
    await other.record(make_order())
    await other.pay(REQUIRES_3DS, now=NOW + timedelta(seconds=1))
    other.stripe.capture(other.intent_id)
    return other


async def test_captured_payment_is_found_when_due_and_not_checked_again(waiting: PaymentScenario) -> None:
    waiting.stripe.capture(waiting.intent_id)
    assert await reconcile_due(waiting.deps, DUE - timedelta(seconds=1)) == 0
    assert await reconcile_due(waiting.deps, DUE) == 1
    assert await reconcile_due(waiting.deps, MUCH_LATER) == 0
    assert len(await waiting.published(PaymentCreated)) == len(waiting.stripe.called("retrieve")) == 1


async def test_interval_grows_up_to_an_hour(waiting: PaymentScenario) -> None:
    intervals, now = [], DUE
    for _ in range(9):
        await reconcile_due(waiting.deps, now)
        check_at = (await waiting.payment()).check_at
        assert check_at is not None
        intervals.append((check_at - now).total_seconds())
        now = check_at
    assert intervals == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


async def test_intent_of_a_cancelled_order_is_canceled(waiting: PaymentScenario) -> None:
    waiting.stripe.is_down = True
    with pytest.raises(Unavailable):
        await waiting.cancel()
    waiting.stripe.is_down = False
    await reconcile_due(waiting.deps, DUE)
    await waiting.cancel()
    assert (await waiting.payment()).status is PaymentStatus.CANCELED
    assert len(await waiting.published(PaymentFailed)) == 1
    assert await reconcile_due(waiting.deps, MUCH_LATER) == 0


async def test_decision_of_a_known_dispute_is_found(scenario: PaymentScenario) -> None:
    await scenario.pay()
    scenario.stripe.dispute(scenario.intent_id)
    await scenario.refresh()
    scenario.stripe.dispute(scenario.intent_id, lost=PRICE)
    await reconcile_due(scenario.deps, MUCH_LATER)
    assert (await scenario.payment()).status is PaymentStatus.DISPUTE_LOST


async def test_two_replicas_check_once(waiting: PaymentScenario) -> None:
    waiting.faults.meanwhile = lambda: reconcile_due(waiting.deps, DUE)
    await reconcile_due(waiting.deps, DUE)
    assert len(waiting.stripe.called("retrieve")) == 1


@pytest.mark.parametrize("problem", ["mismatch", "unknown intent", "written by a newer release"])
async def test_one_bad_payment_does_not_delay_the_others(
    waiting: PaymentScenario, other: PaymentScenario, problem: str
) -> None:
    intents, intent_id = waiting.stripe.intents, waiting.intent_id
    if problem == "mismatch":
        intents[intent_id] = replace(intents[intent_id], amount=PRICE + 1)
    elif problem == "unknown intent":
        del intents[intent_id]
    else:
        await waiting.store.documents.compare_and_set({"_id": waiting.order_id}, {"status": "from_a_newer_release"})
    await reconcile_due(waiting.deps, DUE + timedelta(seconds=1))
    assert (await other.payment()).is_captured


async def test_outage_postpones_the_check_and_the_task_goes_on(
    waiting: PaymentScenario, other: PaymentScenario
) -> None:
    async def fail() -> None:
        raise Unavailable

    async def is_captured() -> bool:
        return (await other.payment()).is_captured

    waiting.stripe.before["retrieve"] = fail
    deps = replace(waiting.deps, now=lambda: DUE + timedelta(seconds=1))
    task = asyncio.create_task(Reconciler(deps, interval=0.01).run())
    await eventually(is_captured, what="the next payment being checked")
    task.cancel()
    assert (await waiting.payment()).check_at == DUE + timedelta(seconds=61)
