"""The buyer's attempts to pay, with lost responses, crashes, second tabs and cancellations in between."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import Forbidden, InvalidState, NotFound, PaymentDeclined, Unavailable
from ticketing_common.events import CancelReason, PaymentCreated, PaymentFailed, PaymentState, PaymentStatus
from ticketing_common.mongo import new_id
from ticketing_payments.domain.errors import AlreadyPaid, OrderCancelled, OrderExpired, PaymentCanceled
from ticketing_payments.domain.intent import IntentStatus
from ticketing_payments.ports import InvalidToken
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.scenario import EXPIRES_AT, NOW, PRICE, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import (
    DECLINED,
    GOOD,
    NO_FUNDS,
    OTHER_GOOD,
    REQUIRES_3DS,
    SLOW,
    UNTRIED,
    USED,
)


async def require_charged_once(scenario: PaymentScenario) -> None:
    assert (await scenario.payment()).is_captured
    assert (scenario.stripe.captures, len(scenario.stripe.intents)) == (1, 1)
    assert len(await scenario.published(PaymentCreated)) == 1


async def test_order_is_charged_its_own_price_and_one_event_published(scenario: PaymentScenario) -> None:
    await scenario.record(make_order(version=1, price=999))
    result = await scenario.pay()
    [event] = await scenario.published(PaymentCreated)
    assert (event.id, event.order_id, event.stripe_id) == (result.payment.id, scenario.order_id, scenario.intent_id)
    assert (event.status, event.amount, event.captured, event.refunded) == ("succeeded", 999, 999, 0)
    assert (result.client_secret, scenario.stripe.intents[scenario.intent_id].amount) == (None, 999)


async def test_same_token_gets_the_same_response_even_after_expiry(scenario: PaymentScenario) -> None:
    first, second = await scenario.pay(), await scenario.pay(now=EXPIRES_AT + timedelta(days=1))
    assert first == second
    await require_charged_once(scenario)


async def test_another_token_after_success_is_already_paid(scenario: PaymentScenario) -> None:
    await scenario.pay()
    with pytest.raises(AlreadyPaid):
        await scenario.pay(OTHER_GOOD)
    await require_charged_once(scenario)


async def test_closed_or_foreign_order_makes_no_call_to_stripe(scenario: PaymentScenario) -> None:
    with pytest.raises(OrderExpired):
        await scenario.pay(now=EXPIRES_AT)
    with pytest.raises(Forbidden):
        await scenario.pay(user_id=new_id())
    await scenario.cancel()
    with pytest.raises(OrderCancelled):
        await scenario.pay()
    scenario.order_id = "5f" * 12
    with pytest.raises(NotFound):
        await scenario.pay()
    assert scenario.stripe.calls == []


async def test_another_card_pays_after_a_decline_on_the_same_intent(scenario: PaymentScenario) -> None:
    with pytest.raises(PaymentDeclined, match=r"^Your card was declined\. Nothing was charged\. Try another card\.$"):
        await scenario.pay(DECLINED)
    await scenario.pay(GOOD)
    assert [type(event) for event in await scenario.published(PaymentState)] == [PaymentFailed, PaymentCreated]
    await require_charged_once(scenario)


async def test_each_declined_card_is_one_decline(scenario: PaymentScenario) -> None:
    for token in (DECLINED, DECLINED, NO_FUNDS):
        with pytest.raises(PaymentDeclined):
            await scenario.pay(token)
        await scenario.refresh()
    payment = await scenario.payment()
    assert [decline.code for decline in payment.declines] == ["generic_decline", "insufficient_funds"]
    assert len(await scenario.published(PaymentFailed)) == 2


async def test_3d_secure_needs_the_client_secret_and_is_checked_until_paid(scenario: PaymentScenario) -> None:
    result = await scenario.pay(REQUIRES_3DS)
    assert (result.payment.status, result.payment.check_at) == (
        PaymentStatus.REQUIRES_ACTION,
        NOW + timedelta(seconds=60),
    )
    assert result.client_secret == f"{scenario.intent_id}_secret_1"
    scenario.stripe.capture(scenario.intent_id)
    paid = await scenario.pay(REQUIRES_3DS)
    assert (paid.payment.status, paid.payment.check_at, paid.client_secret) == (PaymentStatus.SUCCEEDED, None, None)


async def test_processing_payment_is_neither_paid_nor_declined(scenario: PaymentScenario) -> None:
    result = await scenario.pay(SLOW)
    assert (result.payment.status, result.client_secret) == (PaymentStatus.PROCESSING, None)
    assert await scenario.published(PaymentState) == []


async def test_refused_token_changes_nothing(scenario: PaymentScenario) -> None:
    with pytest.raises(InvalidToken):
        await scenario.pay(USED)
    assert (await scenario.payment()).status is PaymentStatus.NONE
    assert await scenario.published(PaymentState) == []


async def test_result_unknown_after_confirmation_is_unavailable(scenario: PaymentScenario) -> None:
    with pytest.raises(Unavailable, match="not known yet"):
        await scenario.pay(UNTRIED)


async def test_intent_canceled_in_the_dashboard_cannot_be_paid(scenario: PaymentScenario) -> None:
    with pytest.raises(PaymentDeclined):
        await scenario.pay(DECLINED)
    await scenario.stripe.cancel(scenario.intent_id)
    with pytest.raises(PaymentCanceled):
        await scenario.pay()
    assert scenario.stripe.captures == 0


async def test_neither_token_nor_client_secret_is_stored(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    stored = repr(await scenario.store.documents.find(scenario.order_id))
    assert REQUIRES_3DS not in stored
    assert "_secret_" not in stored


async def test_intent_is_stored_before_it_is_confirmed(scenario: PaymentScenario) -> None:
    seen = []

    async def look() -> None:
        seen.append(await scenario.payment())

    scenario.stripe.before["confirm"] = look
    await scenario.pay()
    assert [(payment.intent_id, payment.is_captured) for payment in seen] == [(scenario.intent_id, False)]
    assert seen[0].check_at is not None


def lose_create(scenario: PaymentScenario) -> None:
    scenario.stripe.loses_response_of = "create"


def lose_confirm(scenario: PaymentScenario) -> None:
    scenario.stripe.loses_response_of = "confirm"


def crash_before_intent_is_stored(scenario: PaymentScenario) -> None:
    scenario.faults.fails_after = 0


def crash_before_charge_is_stored(scenario: PaymentScenario) -> None:
    scenario.faults.fails_after = 1


@pytest.mark.parametrize(
    "fault", [lose_create, lose_confirm, crash_before_intent_is_stored, crash_before_charge_is_stored]
)
async def test_retry_after_a_lost_response_or_crash_charges_once(
    scenario: PaymentScenario, fault: Callable[[PaymentScenario], None]
) -> None:
    fault(scenario)
    with pytest.raises(Unavailable):
        await scenario.pay()
    assert (await scenario.pay()).payment.is_captured
    await require_charged_once(scenario)


async def test_lost_success_is_never_answered_with_nothing_charged(scenario: PaymentScenario) -> None:
    lose_confirm(scenario)
    with pytest.raises(Unavailable):
        await scenario.pay()
    assert (await scenario.pay(now=EXPIRES_AT)).payment.is_captured


async def test_lost_success_is_found_by_the_reconciler(scenario: PaymentScenario) -> None:
    lose_confirm(scenario)
    with pytest.raises(Unavailable):
        await scenario.pay()
    await reconcile_due(scenario.deps, EXPIRES_AT)
    await require_charged_once(scenario)


async def test_order_cancelled_before_the_intent_is_stored_is_not_charged(scenario: PaymentScenario) -> None:
    scenario.faults.meanwhile = scenario.cancel
    with pytest.raises(OrderCancelled):
        await scenario.pay()
    assert scenario.stripe.intents[scenario.intent_id].status is IntentStatus.CANCELED
    assert scenario.stripe.called("confirm") == []


@pytest.mark.parametrize(
    ("reason", "error"), [(CancelReason.BUYER, OrderCancelled), (CancelReason.EXPIRED, OrderExpired)]
)
async def test_order_cancelled_before_confirmation_is_not_charged(
    scenario: PaymentScenario, reason: CancelReason, error: type[InvalidState]
) -> None:
    scenario.stripe.before["confirm"] = lambda: scenario.cancel(reason)
    with pytest.raises(error, match="Nothing was charged"):
        await scenario.pay()
    assert (scenario.stripe.captures, (await scenario.payment()).status) == (0, PaymentStatus.CANCELED)


async def test_order_cancelled_after_the_charge_publishes_the_payment(scenario: PaymentScenario) -> None:
    lose_confirm(scenario)
    with pytest.raises(Unavailable):
        await scenario.pay()
    await scenario.cancel(CancelReason.EXPIRED)
    await require_charged_once(scenario)


async def test_cancellation_cancels_the_intent_again_after_an_outage(scenario: PaymentScenario) -> None:
    await scenario.pay(REQUIRES_3DS)
    scenario.stripe.is_down = True
    with pytest.raises(Unavailable):
        await scenario.cancel()
    scenario.stripe.is_down = False
    for _ in range(3):
        await scenario.cancel()
    assert scenario.stripe.intents[scenario.intent_id].status is IntentStatus.CANCELED
    assert [type(event) for event in await scenario.published(PaymentState)] == [PaymentFailed]


async def test_cancellation_before_the_order_is_known_forbids_payment() -> None:
    scenario = PaymentScenario()
    await scenario.cancel()
    await scenario.record(make_order())
    with pytest.raises(OrderCancelled):
        await scenario.pay()


@pytest.mark.parametrize("second", [GOOD, OTHER_GOOD], ids=["same token", "two tokens"])
async def test_second_tab_during_confirmation_charges_once(scenario: PaymentScenario, second: str) -> None:
    scenario.stripe.before["confirm"] = lambda: scenario.pay(second)
    await scenario.pay(GOOD)
    await require_charged_once(scenario)


async def test_second_tab_before_our_write_gets_the_same_response(scenario: PaymentScenario) -> None:
    scenario.faults.meanwhile = scenario.pay
    assert (await scenario.pay()).payment == await scenario.payment()
    await require_charged_once(scenario)


async def test_twenty_tabs_at_once_are_charged_once(scenario: PaymentScenario) -> None:
    results = await asyncio.gather(*(scenario.pay(f"ctoken_{n}") for n in range(20)), return_exceptions=True)
    assert all(not isinstance(result, BaseException) or isinstance(result, InvalidState) for result in results)
    await require_charged_once(scenario)


async def test_webhook_before_our_response_publishes_one_event(scenario: PaymentScenario) -> None:
    async def webhook_first() -> None:
        scenario.faults.meanwhile = scenario.refresh

    scenario.stripe.before["confirm"] = webhook_first
    await scenario.pay()
    await require_charged_once(scenario)


async def test_endless_lost_races_end_in_unavailable(scenario: PaymentScenario) -> None:
    async def overtake() -> None:
        order = (await scenario.payment()).order
        await scenario.record(replace(order, version=order.version + 1))
        scenario.faults.meanwhile = overtake

    scenario.faults.meanwhile = overtake
    with pytest.raises(Unavailable, match="concurrent"):
        await scenario.pay()
    assert (scenario.stripe.captures, PRICE) == (0, (await scenario.payment()).order.price)
