"""What else may happen while a buyer pays: crashes, lost answers, a second tab, an order that is cancelled."""

import asyncio
from dataclasses import replace

import pytest

from ticketing_common.errors import InvalidState, Unavailable
from ticketing_common.events import CancelReason, PaymentCreated, PaymentFailed, PaymentStatus
from ticketing_payments.domain.errors import OrderCancelled, OrderExpired
from ticketing_payments.domain.intent import IntentStatus
from ticketing_payments.use_cases.reconcile import reconcile_due
from ticketing_test_support.payments.payments import Died
from ticketing_test_support.payments.stories import EXPIRES_AT, Shop
from ticketing_test_support.payments.stripe import GOOD, OTHER_GOOD, SLOW, WANTS_3DS


async def test_the_intents_id_is_stored_before_the_card_is_tried(shop: Shop) -> None:
    async def look() -> None:
        assert shop.payment.intent_id == shop.intent_id
        assert shop.payment.check_at is not None

    shop.stripe.before["confirm"] = look
    await shop.pay()
    assert shop.stripe.captures == 1


async def test_a_crash_between_create_and_store_leaves_an_intent_that_is_found_again(shop: Shop) -> None:
    shop.payments.die_before = lambda payment: payment.intent_id is not None
    with pytest.raises(Died):
        await shop.pay()
    shop.payments.die_before = lambda _payment: False
    await shop.pay()
    assert (shop.stripe.captures, len(shop.stripe.intents)) == (1, 1)


async def test_a_crash_after_the_charge_is_found_by_the_same_token(shop: Shop) -> None:
    shop.payments.die_before = lambda payment: payment.is_captured
    with pytest.raises(Died):
        await shop.pay()
    shop.payments.die_before = lambda _payment: False
    assert (await shop.pay()).payment.is_captured
    assert (shop.stripe.captures, len(shop.payments.told(PaymentCreated))) == (1, 1)


async def test_an_answer_lost_after_the_charge_is_found_by_the_same_token(shop: Shop) -> None:
    shop.stripe.loses_answer_of = "confirm"
    with pytest.raises(Unavailable):
        await shop.pay()
    assert (await shop.pay()).payment.is_captured
    assert (shop.stripe.captures, len(shop.payments.told(PaymentCreated))) == (1, 1)


async def test_an_answer_lost_after_the_charge_is_found_by_the_reconciler(shop: Shop) -> None:
    shop.stripe.loses_answer_of = "confirm"
    with pytest.raises(Unavailable):
        await shop.pay()
    await reconcile_due(shop.deps, EXPIRES_AT)
    assert shop.payment.is_captured
    assert len(shop.payments.told(PaymentCreated)) == 1


async def test_nobody_hears_that_nothing_was_charged_when_the_lost_answer_was_yes(shop: Shop) -> None:
    shop.stripe.loses_answer_of = "confirm"
    with pytest.raises(Unavailable):
        await shop.pay()
    assert (await shop.pay(now=EXPIRES_AT)).payment.is_captured


async def test_a_lost_answer_to_create_makes_no_second_intent(shop: Shop) -> None:
    shop.stripe.loses_answer_of = "create"
    with pytest.raises(Unavailable):
        await shop.pay()
    await shop.pay()
    assert (len(shop.stripe.intents), shop.stripe.captures) == (1, 1)


async def test_an_order_cancelled_between_create_and_store_takes_no_money(shop: Shop) -> None:
    shop.payments.interruption = shop.cancel
    with pytest.raises(OrderCancelled):
        await shop.pay()
    assert shop.stripe.intents[shop.intent_id].status is IntentStatus.CANCELED
    assert (shop.stripe.captures, shop.stripe.called("confirm")) == (0, [])


async def test_an_order_cancelled_between_store_and_confirm_takes_no_money(shop: Shop) -> None:
    shop.stripe.before["confirm"] = shop.cancel
    with pytest.raises(OrderCancelled):
        await shop.pay()
    assert (shop.stripe.captures, shop.payment.status) == (0, PaymentStatus.CANCELED)


async def test_an_order_that_expires_between_store_and_confirm_says_so(shop: Shop) -> None:
    shop.stripe.before["confirm"] = lambda: shop.cancel(CancelReason.EXPIRED)
    with pytest.raises(OrderExpired):
        await shop.pay()
    assert shop.stripe.captures == 0


async def test_an_order_cancelled_right_after_the_charge_reports_the_payment(shop: Shop) -> None:
    shop.stripe.loses_answer_of = "confirm"
    with pytest.raises(Unavailable):
        await shop.pay()
    await shop.cancel(CancelReason.EXPIRED)
    [said] = shop.payments.said
    assert isinstance(said, PaymentCreated)
    assert shop.payment.status is PaymentStatus.SUCCEEDED


async def test_order_cancelled_calls_the_intent_off(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    await shop.cancel()
    assert shop.stripe.intents[shop.intent_id].status is IntentStatus.CANCELED
    assert [type(event) for event in shop.payments.said] == [PaymentFailed]


async def test_order_cancelled_heard_again_after_a_crash_still_calls_the_intent_off(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    shop.stripe.away = True
    with pytest.raises(Unavailable):
        await shop.cancel()
    shop.stripe.away = False
    await shop.cancel()
    assert shop.payment.status is PaymentStatus.CANCELED


async def test_order_cancelled_heard_ten_times_is_told_once(shop: Shop) -> None:
    await shop.pay(SLOW)
    for _ in range(10):
        await shop.cancel()
    assert len(shop.payments.said) == 1


async def test_order_cancelled_that_comes_before_order_created_closes_the_till(shop: Shop) -> None:
    early = Shop()
    await early.cancel()
    await early.open()
    with pytest.raises(OrderCancelled):
        await early.pay()


@pytest.mark.parametrize("second", [GOOD, OTHER_GOOD], ids=["same token", "two tokens"])
async def test_two_tabs_are_charged_once(shop: Shop, second: str) -> None:
    async def second_tab() -> None:
        await shop.pay(second)

    shop.stripe.before["confirm"] = second_tab
    assert (await shop.pay(GOOD)).payment.is_captured
    assert (shop.stripe.captures, len(shop.payments.told(PaymentCreated))) == (1, 1)


async def test_a_second_tab_that_pays_between_our_look_and_our_write_gives_both_the_same_answer(shop: Shop) -> None:
    shop.payments.interruption = shop.pay
    assert (await shop.pay()).payment == shop.payment
    assert shop.stripe.captures == 1


async def test_twenty_tabs_at_once_are_charged_once(shop: Shop) -> None:
    outcomes = await asyncio.gather(*(shop.pay(f"ctoken_{n}") for n in range(20)), return_exceptions=True)
    assert all(not isinstance(outcome, BaseException) or isinstance(outcome, InvalidState) for outcome in outcomes)
    assert (shop.stripe.captures, len(shop.payments.told(PaymentCreated))) == (1, 1)


async def test_a_webhook_that_comes_before_the_answer_makes_one_event(shop: Shop) -> None:
    async def webhook_first() -> None:
        shop.payments.interruption = shop.look

    shop.stripe.before["confirm"] = webhook_first
    await shop.pay()
    assert len(shop.payments.told(PaymentCreated)) == 1


async def test_others_who_always_come_first_end_in_a_503_not_in_a_loop(shop: Shop) -> None:
    async def overtake() -> None:
        order = shop.payment.order
        await shop.hear(replace(order, version=order.version + 1))
        shop.payments.interruption = overtake

    shop.payments.interruption = overtake
    with pytest.raises(Unavailable, match="concurrent"):
        await shop.pay()
    assert shop.stripe.captures == 0
