"""Refunds through the API."""

import pytest
import stripe


async def test_a_refund_gives_all_back(shop):
    intent = await shop.paid()
    refund = await shop.refund(intent, reason="requested_by_customer", metadata={"refund_id": "r1"})

    charge = await shop.sdk.v1.charges.retrieve_async(intent.latest_charge)
    assert (refund.status, refund.amount, refund.metadata["refund_id"]) == ("succeeded", 2000, "r1")
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)


async def test_a_second_full_refund_is_refused(shop):
    intent = await shop.paid()
    await shop.refund(intent)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await shop.refund(intent)
    assert caught.value.code == "charge_already_refunded"


async def test_partial_refunds_never_exceed_the_charge(shop):
    intent = await shop.paid()
    await shop.refund(intent, amount=1500)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        await shop.refund(intent, amount=501)

    await shop.refund(intent, amount=500)
    refunds = await shop.sdk.v1.refunds.list_async({"payment_intent": intent.id})
    assert [refund.amount for refund in refunds.data] == [500, 1500]


async def test_an_intent_that_took_no_money_has_nothing_to_refund(shop):
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await shop.refund(await shop.intent())


async def test_a_refund_that_fails_later_leaves_the_money_with_the_seller(shop, receiver):
    intent = await shop.paid("pm_card_refundFail")
    refund = await shop.refund(intent)
    await receiver.until(lambda: "refund.failed" in receiver.of(intent.id))

    charge = await shop.sdk.v1.charges.retrieve_async(intent.latest_charge)
    assert refund.status == "succeeded"
    assert (await shop.sdk.v1.refunds.retrieve_async(refund.id)).status == "failed"
    assert (charge.refunded, charge.amount_refunded) == (False, 0)


async def test_a_pending_refund_arrives_later(shop, receiver):
    intent = await shop.paid("pm_card_pendingRefund")
    refund = await shop.refund(intent)
    await receiver.until(lambda: "refund.updated" in receiver.of(intent.id))

    assert refund.status == "pending"
    assert (await shop.sdk.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
