"""The buyer's attempts to pay, with lost responses, crashes, second tabs and cancellations in between.

What a single request returns is in test_routes.py.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ticketing_common.errors import InvalidState, PaymentDeclined, Unavailable
from ticketing_common.events import CancelReason, PaymentCreated, PaymentFailed, PaymentState, PaymentStatus
from ticketing_payments.domain.errors import AlreadyPaid, OrderCancelled, OrderExpired, PaymentCanceled
from ticketing_payments.domain.intent import IntentStatus
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.scenario import EXPIRES_AT, NOW, PaymentScenario, make_order
from ticketing_test_support.payments.stripe import DECLINED, GOOD, NO_FUNDS, OTHER_GOOD, REQUIRES_3DS, UNTRIED

IN_A_MINUTE = NOW + timedelta(seconds=60)


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


async def test_same_token_gets_the_same_response_and_another_is_refused(scenario: PaymentScenario) -> None:
    assert await scenario.pay() == await scenario.pay(now=EXPIRES_AT + timedelta(days=1))
    with pytest.raises(AlreadyPaid):
        await scenario.pay(OTHER_GOOD)
    await require_charged_once(scenario)


async def test_each_declined_card_is_one_decline_and_another_card_pays(scenario: PaymentScenario) -> None:
    for token in (DECLINED, DECLINED, NO_FUNDS):
        with pytest.raises(PaymentDeclined):
            await scenario.pay(token)
        await scenario.refresh()
    await scenario.pay(GOOD)
    declines = (await scenario.payment()).declines
    assert [decline.code for decline in declines] == ["generic_decline", "insufficient_funds"]
    events = [type(event) for event in await scenario.published(PaymentState)]
    assert events == [PaymentFailed, PaymentFailed, PaymentCreated]
    await require_charged_once(scenario)


async def test_3d_secure_is_checked_until_it_is_paid(scenario: PaymentScenario) -> None:
    asked = await scenario.pay(REQUIRES_3DS)
    assert (asked.payment.check_at, asked.client_secret) == (IN_A_MINUTE, f"{scenario.intent_id}_secret_1")
    scenario.stripe.capture(scenario.intent_id)
    paid = await scenario.pay(REQUIRES_3DS)
    assert (paid.payment.status, paid.payment.check_at, paid.client_secret) == (PaymentStatus.SUCCEEDED, None, None)


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
    stored = []

    async def read_stored() -> None:
        payment = await scenario.payment()
        stored.append((payment.intent_id, payment.check_at, payment.is_captured))

    scenario.stripe.before["confirm"] = read_stored
    await scenario.pay()
    assert stored == [(scenario.intent_id, IN_A_MINUTE, False)]


@pytest.mark.parametrize("fault", ["create is lost", "confirm is lost", "crash with intent", "crash with charge"])
async def test_retry_after_a_lost_response_or_crash_charges_once(scenario: PaymentScenario, fault: str) -> None:
    scenario.stripe.loses_response_of = fault.split(maxsplit=1)[0] if fault.endswith("lost") else None
    scenario.faults.fails_after = {"crash with intent": 0, "crash with charge": 1}.get(fault, -1)
    with pytest.raises(Unavailable):
        await scenario.pay()
    await scenario.pay()
    await require_charged_once(scenario)


@pytest.fixture
async def lost(scenario: PaymentScenario) -> PaymentScenario:
    """The order was charged, and the response lost."""
    scenario.stripe.loses_response_of = "confirm"
    with pytest.raises(Unavailable):
        await scenario.pay()
    return scenario


async def test_lost_success_is_never_reported_as_nothing_charged(lost: PaymentScenario) -> None:
    assert (await lost.pay(now=EXPIRES_AT)).payment.is_captured


@pytest.mark.parametrize("finder", ["reconciler", "cancellation"])
async def test_lost_success_is_found_and_published(lost: PaymentScenario, finder: str) -> None:
    await (reconcile_due(lost.deps, IN_A_MINUTE) if finder == "reconciler" else lost.cancel())
    await require_charged_once(lost)


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


@pytest.mark.parametrize("meanwhile", [GOOD, OTHER_GOOD, "webhook"])
async def test_second_tab_or_webhook_meanwhile_charges_once(scenario: PaymentScenario, meanwhile: str) -> None:
    async def webhook_before_our_write() -> None:
        scenario.faults.meanwhile = scenario.refresh

    second_tab = webhook_before_our_write if meanwhile == "webhook" else lambda: scenario.pay(meanwhile)
    scenario.stripe.before["confirm"] = second_tab
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


async def test_endless_lost_races_end_in_unavailable(scenario: PaymentScenario) -> None:
    async def overtake() -> None:
        order = (await scenario.payment()).order
        await scenario.record(replace(order, version=order.version + 1))
        scenario.faults.meanwhile = overtake

    scenario.faults.meanwhile = overtake
    with pytest.raises(Unavailable, match="concurrent"):
        await scenario.pay()
    assert scenario.stripe.captures == 0
