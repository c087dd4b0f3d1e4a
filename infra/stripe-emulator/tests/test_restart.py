"""The state survives a kill."""

from ticketing_test_support.stripe_emulator import webhook_receiver


async def test_what_was_answered_survives_a_kill(shop, start_emulator, connect):
    server = start_emulator()
    shop = type(shop)(connect(server))
    intent, token = await shop.intent(key="create"), await shop.token()
    await shop.confirm(intent, token, key="confirm")
    server.kill()
    server.start()

    assert (await shop.now(intent)).status == "succeeded"
    assert (await shop.confirm(intent, token, key="confirm")).last_response.headers["Idempotent-Replayed"] == "true"


async def test_what_was_still_to_come_comes_after_a_kill(shop, start_emulator, connect):
    with webhook_receiver() as receiver:
        receiver.answers[:] = [503] * 5  # every event of the payment and the refund
        server = start_emulator(webhook_url=receiver.url)
        shop = type(shop)(connect(server))
        intent = await shop.paid("pm_card_refundFail")
        await shop.refund(intent)
        server.kill()
        server.start()
        wanted = {"payment_intent.succeeded", "charge.refunded", "refund.failed"}
        await receiver.until(lambda: wanted <= set(receiver.of(intent.id)))
