"""Signed events, at least once each. (The fixture checks every signature with the SDK.)"""

import pytest
import stripe

from ticketing_test_support.stripe_emulator import WEBHOOK_SECRET


async def armed(http, **fault):
    assert (await http.post("/emulator/faults", json=fault)).status_code == 200


async def test_a_payment_is_told_by_signed_events(shop, receiver):
    intent = await shop.paid()
    await receiver.until(lambda: len(receiver.of(intent.id)) == 3)
    assert set(receiver.of(intent.id)) == {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"}


async def test_a_webhook_is_one_that_the_sdk_accepts(shop, receiver):
    intent = await shop.intent()
    await receiver.until(lambda: len(receiver.of(intent.id)) == 1)
    webhook = receiver.received[0]
    assert stripe.Webhook.construct_event(webhook.body, webhook.signature, WEBHOOK_SECRET).data.object.id == intent.id
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(webhook.body, webhook.signature, "whsec_another")


async def test_an_event_shows_the_object_as_it_was_then(shop, receiver):
    intent = await shop.paid()
    await receiver.until(lambda: len(receiver.of(intent.id)) == 3)
    created = next(event for event in receiver.events if event["type"] == "payment_intent.created")
    assert created["data"]["object"]["status"] == "requires_payment_method"
    assert created["api_version"] == stripe.api_version


async def test_declines_and_cancellations_are_told(shop, receiver):
    intent = await shop.intent()
    with pytest.raises(stripe.CardError):
        await shop.confirm(intent, await shop.token("pm_card_visa_chargeDeclined"))
    await shop.sdk.v1.payment_intents.cancel_async(intent.id)
    wanted = {"payment_intent.payment_failed", "charge.failed", "payment_intent.canceled"}
    await receiver.until(lambda: wanted <= set(receiver.of(intent.id)))


async def test_an_event_that_was_not_taken_comes_again(shop, receiver):
    receiver.answers[:] = [500, 302]
    intent = await shop.intent()
    await receiver.until(lambda: len(receiver.of(intent.id)) == 3)
    assert len({event["id"] for event in receiver.events}) == 1


async def test_events_can_be_read_back(shop):
    intent = await shop.paid()
    events = await shop.sdk.v1.events.list_async({"type": "payment_intent.succeeded", "limit": 1})
    event = await shop.sdk.v1.events.retrieve_async(events.data[0].id)
    assert event.data.object.id == intent.id


async def test_a_withheld_event_comes_when_it_is_released(shop, receiver, http):
    await armed(http, kind="withhold", event="payment_intent.*")
    intent = await shop.paid()
    await receiver.until(lambda: receiver.of(intent.id) == ["charge.succeeded"])

    released = await http.post("/emulator/webhooks/release", json={"order": "reversed"})
    await receiver.until(lambda: len(receiver.of(intent.id)) == 3)
    assert released.json() == {"released": 2}
    assert receiver.of(intent.id)[1:] == ["payment_intent.succeeded", "payment_intent.created"]


async def test_an_event_can_come_several_times(shop, receiver, http):
    await armed(http, kind="duplicate", event="payment_intent.created", copies=3, count=1)
    intent = await shop.intent()
    await receiver.until(lambda: len(receiver.of(intent.id)) == 3)
    assert len({event["id"] for event in receiver.events}) == 1


async def test_an_event_can_be_overtaken(shop, receiver, http):
    await armed(http, kind="reorder", event="*", seconds=0.5, count=2)
    intent = await shop.intent()
    await shop.sdk.v1.payment_intents.cancel_async(intent.id)
    await receiver.until(lambda: len(receiver.of(intent.id)) == 2)
    assert receiver.of(intent.id) == ["payment_intent.canceled", "payment_intent.created"]


async def test_an_event_can_be_sent_again(shop, receiver, http):
    intent = await shop.intent()
    await receiver.until(lambda: len(receiver.of(intent.id)) == 1)
    await http.post("/emulator/webhooks/resend", json={"event": receiver.events[0]["id"]})
    await receiver.until(lambda: len(receiver.of(intent.id)) == 2)


async def test_deliveries_can_be_watched(shop, http):
    await armed(http, kind="withhold", count=1)
    await shop.intent()
    newest = (await http.get("/emulator/webhooks")).json()["deliveries"][0]
    assert (newest["type"], newest["state"], newest["attempts"]) == ("payment_intent.created", "withheld", 0)
