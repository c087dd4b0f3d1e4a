"""The reconciler: what is due, asked about once, less and less often, until it is settled."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import Unavailable
from ticketing_common.events import PaymentCreated, PaymentStatus
from ticketing_payments.reconciler import Reconciler
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.stories import NOW, PRICE, Shop
from ticketing_test_support.payments.stripe import WANTS_3DS
from ticketing_test_support.waiting import eventually

DUE = NOW + timedelta(seconds=60)
FAR_AHEAD = timedelta(days=30)


@pytest.fixture
async def waiting(shop: Shop) -> Shop:
    """The buyer stands before the bank's dialog, and no webhook will ever come."""
    await shop.pay(WANTS_3DS)
    shop.stripe.calls.clear()
    return shop


@pytest.fixture
async def other(waiting: Shop) -> Shop:
    """A second order in the same shop, due a second later; paid, though nobody has told us."""
    other = Shop()
    other.payments, other.stripe, other.deps = waiting.payments, waiting.stripe, waiting.deps
    await other.open()
    await other.pay(WANTS_3DS, now=NOW + timedelta(seconds=1))
    other.stripe.capture(other.intent_id)
    return other


async def test_nothing_is_asked_before_it_is_due(waiting: Shop) -> None:
    assert await reconcile_due(waiting.deps, DUE - timedelta(seconds=1)) == 0
    assert waiting.stripe.calls == []


async def test_a_payment_whose_webhook_never_came_is_found(waiting: Shop) -> None:
    waiting.stripe.capture(waiting.intent_id)
    await reconcile_due(waiting.deps, DUE)
    assert waiting.payment.status is PaymentStatus.SUCCEEDED
    assert len(waiting.payments.told(PaymentCreated)) == 1


async def test_it_asks_less_and_less_often_but_at_least_hourly(waiting: Shop) -> None:
    pauses, now = [], DUE
    for _ in range(9):
        await reconcile_due(waiting.deps, now)
        assert waiting.payment.check_at is not None
        pauses.append((waiting.payment.check_at - now).total_seconds())
        now = waiting.payment.check_at
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


async def test_what_is_settled_is_not_asked_about_again(waiting: Shop) -> None:
    waiting.stripe.capture(waiting.intent_id)
    await reconcile_due(waiting.deps, DUE)
    assert await reconcile_due(waiting.deps, NOW + FAR_AHEAD) == 0
    assert len(waiting.stripe.called("retrieve")) == 1


async def test_an_order_that_was_cancelled_is_called_off_and_not_asked_about_again(waiting: Shop) -> None:
    waiting.stripe.away = True
    with pytest.raises(Unavailable):
        await waiting.cancel()
    waiting.stripe.away = False
    await reconcile_due(waiting.deps, DUE)
    assert waiting.payment.status is PaymentStatus.CANCELED
    assert await reconcile_due(waiting.deps, NOW + FAR_AHEAD) == 0


async def test_two_replicas_ask_once(waiting: Shop) -> None:
    waiting.payments.interruption = lambda: reconcile_due(waiting.deps, DUE)
    await reconcile_due(waiting.deps, DUE)
    assert len(waiting.stripe.called("retrieve")) == 1


async def test_a_mismatch_does_not_keep_the_others_waiting(waiting: Shop, other: Shop) -> None:
    waiting.stripe.capture(waiting.intent_id)
    waiting.stripe.intents[waiting.intent_id] = replace(waiting.stripe.intents[waiting.intent_id], amount=PRICE + 1)
    await reconcile_due(waiting.deps, DUE + timedelta(seconds=1))
    assert (waiting.payment.is_captured, other.payment.is_captured) == (False, True)


async def test_an_intent_that_stripe_does_not_know_does_not_keep_the_others_waiting(waiting: Shop, other: Shop) -> None:
    del waiting.stripe.intents[waiting.intent_id]
    await reconcile_due(waiting.deps, DUE + timedelta(seconds=1))
    assert other.payment.is_captured


async def test_stripe_that_is_away_costs_a_pause_and_no_more(waiting: Shop) -> None:
    waiting.stripe.capture(waiting.intent_id)
    waiting.stripe.away = True
    with pytest.raises(Unavailable):
        await reconcile_due(waiting.deps, DUE)
    assert waiting.payment.check_at == DUE + timedelta(seconds=60)
    waiting.stripe.away = False
    await reconcile_due(waiting.deps, DUE + timedelta(seconds=60))
    assert waiting.payment.is_captured


async def test_the_loop_outlives_an_outage(waiting: Shop, other: Shop) -> None:
    async def hang_up() -> None:
        raise Unavailable

    waiting.stripe.before["retrieve"] = hang_up
    loop = asyncio.create_task(
        Reconciler(replace(waiting.deps, now=lambda: DUE + timedelta(seconds=1)), interval=0.01).run()
    )
    await eventually(lambda: other.payment.is_captured, what="the next payment being looked at")
    loop.cancel()
    assert not waiting.payment.is_captured
