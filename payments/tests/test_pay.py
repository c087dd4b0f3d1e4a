"""The buyer's try to pay, step by step."""

from datetime import timedelta

import pytest

from ticketing_common.errors import Forbidden, InvalidState, NotFound, PaymentDeclined, Unavailable
from ticketing_common.events import CancelReason, PaymentCreated, PaymentFailed, PaymentStatus
from ticketing_common.mongo import new_id
from ticketing_payments.domain.errors import AlreadyPaid, OrderCancelled, OrderExpired, PaymentCanceled
from ticketing_payments.domain.intent import IntentStatus
from ticketing_payments.ports import InvalidToken
from ticketing_test_support.payments.stories import BUYER, EXPIRES_AT, NOW, PRICE, Shop, an_order
from ticketing_test_support.payments.stripe import DECLINED, GOOD, NO_FUNDS, OTHER_GOOD, SLOW, SPENT, UNTRIED, WANTS_3DS


async def test_paying_takes_the_orders_own_price_and_says_so_once(shop: Shop) -> None:
    outcome = await shop.pay()
    [said] = shop.payments.said
    assert isinstance(said, PaymentCreated)
    assert (said.id, said.order_id, said.stripe_id) == (outcome.payment.id, shop.order_id, shop.intent_id)
    assert (said.status, said.amount, said.captured, said.refunded) == ("succeeded", PRICE, PRICE, 0)
    assert outcome.client_secret is None


async def test_the_same_token_again_gets_the_same_answer(shop: Shop) -> None:
    first, second = await shop.pay(), await shop.pay()
    assert first == second
    assert (shop.stripe.captures, len(shop.payments.said)) == (1, 1)


async def test_the_same_token_is_answered_even_when_the_order_is_complete_and_its_time_over(shop: Shop) -> None:
    first = await shop.pay()
    assert (await shop.pay(now=EXPIRES_AT + timedelta(days=1))).payment.id == first.payment.id


async def test_another_token_after_success_is_told_that_it_is_paid(shop: Shop) -> None:
    await shop.pay()
    with pytest.raises(AlreadyPaid):
        await shop.pay(OTHER_GOOD)
    assert shop.stripe.captures == 1


@pytest.mark.parametrize(
    ("reason", "refusal"), [(CancelReason.BUYER, OrderCancelled), (CancelReason.EXPIRED, OrderExpired)]
)
async def test_a_cancelled_order_takes_no_money(shop: Shop, reason: CancelReason, refusal: type[InvalidState]) -> None:
    await shop.cancel(reason)
    with pytest.raises(refusal, match="Nothing was charged"):
        await shop.pay()
    assert shop.stripe.calls == []


async def test_an_order_whose_time_is_over_takes_no_money_even_before_orders_says_so(shop: Shop) -> None:
    with pytest.raises(OrderExpired):
        await shop.pay(now=EXPIRES_AT)
    assert shop.stripe.calls == []


async def test_anothers_order_cannot_be_paid(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        await shop.pay(user_id=new_id())
    assert shop.stripe.calls == []


async def test_an_order_that_nobody_placed_is_not_found(shop: Shop) -> None:
    shop.order_id = "5f" * 12
    with pytest.raises(NotFound):
        await shop.pay()


async def test_after_a_decline_another_card_pays_on_the_same_intent(shop: Shop) -> None:
    with pytest.raises(PaymentDeclined, match=r"^Your card was declined\. Nothing was charged\. Try another card\.$"):
        await shop.pay(DECLINED)
    await shop.pay(GOOD)
    assert [type(event) for event in shop.payments.said] == [PaymentFailed, PaymentCreated]
    assert (len(shop.stripe.called("create")), len(shop.stripe.intents)) == (1, 1)


async def test_the_same_declined_token_again_is_one_decline(shop: Shop) -> None:
    for _ in range(3):
        with pytest.raises(PaymentDeclined):
            await shop.pay(DECLINED)
    assert len(shop.payments.told(PaymentFailed)) == 1


async def test_a_decline_told_by_the_answer_and_by_a_webhook_is_one(shop: Shop) -> None:
    with pytest.raises(PaymentDeclined):
        await shop.pay(DECLINED)
    await shop.look()
    await shop.look()
    assert len(shop.payments.told(PaymentFailed)) == 1


async def test_two_declined_cards_are_two_declines(shop: Shop) -> None:
    for token in (DECLINED, NO_FUNDS):
        with pytest.raises(PaymentDeclined):
            await shop.pay(token)
    assert [decline.code for decline in shop.payment.declines] == ["generic_decline", "insufficient_funds"]
    assert len(shop.payments.told(PaymentFailed)) == 2


async def test_a_bank_that_wants_the_buyer_gives_the_secret_for_that(shop: Shop) -> None:
    outcome = await shop.pay(WANTS_3DS)
    assert outcome.payment.status is PaymentStatus.REQUIRES_ACTION
    assert outcome.client_secret == f"{shop.intent_id}_secret_1"
    assert shop.payments.said == []


async def test_the_same_token_after_3d_secure_was_passed_is_paid(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    shop.stripe.capture(shop.intent_id)
    outcome = await shop.pay(WANTS_3DS)
    assert (outcome.payment.status, outcome.client_secret) == (PaymentStatus.SUCCEEDED, None)
    assert len(shop.payments.told(PaymentCreated)) == 1


async def test_a_bank_that_takes_its_time_is_neither_paid_nor_declined(shop: Shop) -> None:
    outcome = await shop.pay(SLOW)
    assert (outcome.payment.status, outcome.client_secret) == (PaymentStatus.PROCESSING, None)
    assert shop.payments.said == []


async def test_a_token_that_is_no_good_changes_nothing(shop: Shop) -> None:
    with pytest.raises(InvalidToken):
        await shop.pay(SPENT)
    assert (shop.payment.status, shop.payments.said) == (PaymentStatus.NONE, [])


async def test_an_answer_that_leaves_open_whether_the_card_was_tried_is_no_success(shop: Shop) -> None:
    with pytest.raises(Unavailable, match="not known yet"):
        await shop.pay(UNTRIED)


async def test_an_intent_called_off_in_the_dashboard_cannot_be_paid(shop: Shop) -> None:
    with pytest.raises(PaymentDeclined):
        await shop.pay(DECLINED)
    await shop.stripe.cancel(shop.intent_id)
    with pytest.raises(PaymentCanceled):
        await shop.pay()
    assert shop.stripe.captures == 0


async def test_no_token_is_stored(shop: Shop) -> None:
    await shop.pay(GOOD)
    assert GOOD not in repr(shop.payment)
    assert "secret" not in repr(shop.payment)


async def test_a_try_is_to_be_asked_about_until_it_is_settled(shop: Shop) -> None:
    await shop.pay(WANTS_3DS)
    assert shop.payment.check_at == NOW + timedelta(seconds=60)
    shop.stripe.capture(shop.intent_id)
    await shop.look()
    assert shop.payment.check_at is None


async def test_the_price_is_the_orders_own_copy(shop: Shop) -> None:
    await shop.hear(an_order(version=1, price=999))
    await shop.pay()
    assert shop.stripe.intents[shop.intent_id].amount == 999
    assert shop.stripe.intents[shop.intent_id].status is IntentStatus.SUCCEEDED
    assert shop.payment.order.user_id == BUYER
