"""Signed events, each at least once. The fixture verifies every signature with the SDK."""

import pytest
import stripe

from ticketing_test_support.stripe_emulator import webhook_receiver


async def test_payment_emits_signed_events_with_the_object_of_that_time(api, receiver):
    intent = await api.pay()
    await receiver.wait_until(lambda: len(receiver.types_for(intent.id)) == 3)
    created = next(event for event in receiver.events if event["type"] == "payment_intent.created")
    assert {"charge.succeeded", "payment_intent.succeeded"} < set(receiver.types_for(intent.id))
    assert created["data"]["object"]["status"] == "requires_payment_method"
    assert created["api_version"] == stripe.api_version


async def test_declines_and_cancellations_emit_events(api, receiver):
    intent = await api.create()
    with pytest.raises(stripe.CardError):
        await api.confirm(intent, await api.token("pm_card_visa_chargeDeclined"))
    await api.v1.payment_intents.cancel_async(intent.id)
    expected = {"payment_intent.payment_failed", "charge.failed", "payment_intent.canceled"}
    await receiver.wait_until(lambda: expected <= set(receiver.types_for(intent.id)))
    newest = await api.v1.events.list_async({"type": "payment_intent.canceled", "limit": 1})
    assert (await api.v1.events.retrieve_async(newest.data[0].id)).data.object.id == intent.id


async def test_event_is_sent_again_until_it_is_accepted(start_emulator, connect):
    with webhook_receiver() as receiver:
        receiver.statuses[:] = [500, 302]
        api = connect(start_emulator(webhook_url=receiver.url).url)
        await api.create()
        await receiver.wait_until(lambda: len(receiver.received) == 3)
    assert len({event["id"] for event in receiver.events}) == 1


async def test_withheld_event_is_sent_when_released(api, receiver, http, arm):
    await arm(kind="withhold", event="payment_intent.*")
    intent = await api.pay()
    await receiver.wait_until(lambda: receiver.types_for(intent.id) == ["charge.succeeded"])
    newest = (await http.get("/emulator/webhooks")).json()["deliveries"][0]
    released = await http.post("/emulator/webhooks/release", json={"order": "reversed"})
    await receiver.wait_until(lambda: len(receiver.types_for(intent.id)) == 3)
    assert (newest["type"], newest["state"], newest["attempts"]) == ("payment_intent.succeeded", "withheld", 0)
    assert released.json() == {"released": 2}
    assert receiver.types_for(intent.id)[1:] == ["payment_intent.succeeded", "payment_intent.created"]


async def test_event_can_be_sent_several_times(api, receiver, http, arm):
    await arm(kind="duplicate", event="payment_intent.created", copies=3, count=1)
    intent = await api.create()
    await receiver.wait_until(lambda: len(receiver.types_for(intent.id)) == 3)
    await http.post("/emulator/webhooks/resend", json={"event": receiver.events[0]["id"]})
    await receiver.wait_until(lambda: len(receiver.types_for(intent.id)) == 4)
    assert len({event["id"] for event in receiver.events}) == 1


async def test_event_can_be_overtaken(api, receiver, arm):
    await arm(kind="reorder", event="*", seconds=0.5, count=2)
    intent = await api.create()
    await api.v1.payment_intents.cancel_async(intent.id)
    await receiver.wait_until(lambda: len(receiver.types_for(intent.id)) == 2)
    assert receiver.types_for(intent.id) == ["payment_intent.canceled", "payment_intent.created"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"data": {"object": null}}', b'"text"'])
async def test_any_body_can_be_sent_signed(http, receiver, body):
    sent = await http.post("/emulator/webhooks/send", content=body)
    assert body in [webhook.body for webhook in receiver.received]
    assert sent.json() == {"status": 200, "body": ""}


async def test_sending_reports_the_response_or_why_there_is_none(start_emulator, http):
    with webhook_receiver() as receiver:
        receiver.statuses[:] = [400]
        emulator = start_emulator(webhook_url=receiver.url)
        rejected = await http.post(f"{emulator.url}/emulator/webhooks/send", content=b"{}")
    unreachable = await http.post(f"{emulator.url}/emulator/webhooks/send", content=b"{}")
    emulator.kill()
    refused = await http.post(f"{start_emulator().url}/emulator/webhooks/send", content=b"{}")
    assert rejected.json() == {"status": 400, "body": ""}
    assert unreachable.json() == {"status": 0, "body": "ConnectError"}
    assert (refused.status_code, "--webhook-url" in refused.text) == (400, True)


async def test_state_and_deliveries_survive_a_kill(start_emulator, connect):
    with webhook_receiver() as receiver:
        receiver.statuses[:] = [503] * 5  # every event of the payment and the refund
        server = start_emulator(webhook_url=receiver.url)
        api = connect(server.url)
        intent, token = await api.create(), await api.token("pm_card_refundFail")
        await api.confirm(intent, token, key="confirm")
        await api.refund(intent)
        server.kill()
        server.start()
        replayed = await api.confirm(intent, token, key="confirm")
        expected = {"payment_intent.succeeded", "charge.refunded", "refund.failed"}
        await receiver.wait_until(lambda: expected <= set(receiver.types_for(intent.id)))
    assert replayed.last_response.headers["Idempotent-Replayed"] == "true"
