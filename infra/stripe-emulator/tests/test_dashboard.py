"""What people do outside the API, and what an auditor reads."""


async def test_a_refund_made_outside_is_told_like_any_other(shop, http, receiver):
    intent = await shop.paid()
    refund = await http.post("/emulator/refund", json={"payment_intent": intent.id, "amount": 500})
    await receiver.until(lambda: {"charge.refunded", "refund.created"} <= set(receiver.of(intent.id)))

    charge = await shop.sdk.v1.charges.retrieve_async(intent.latest_charge)
    assert (refund.json()["amount"], charge.amount_refunded, charge.refunded) == (500, 500, False)


async def test_a_dispute_is_told_and_blocks_refunds(shop, http, receiver):
    intent = await shop.paid()
    dispute = (await http.post("/emulator/dispute", json={"payment_intent": intent.id})).json()
    await receiver.until(lambda: "charge.dispute.created" in receiver.of(intent.id))

    refused = await http.post("/v1/refunds", data={"payment_intent": intent.id})
    assert refused.json()["error"]["code"] == "charge_disputed"
    assert (await shop.sdk.v1.disputes.retrieve_async(dispute["id"])).status == "needs_response"


async def test_a_dispute_is_decided_once(shop, http):
    intent = await shop.paid()
    dispute = (await http.post("/emulator/dispute", json={"payment_intent": intent.id})).json()
    won = await http.post("/emulator/dispute/close", json={"dispute": dispute["id"], "status": "won"})
    again = await http.post("/emulator/dispute/close", json={"dispute": dispute["id"], "status": "lost"})
    assert (won.json()["status"], again.status_code) == ("won", 400)


async def test_the_disputes_of_one_intent_are_listed(shop, http):
    intent, other = await shop.paid(), await shop.paid()
    dispute = (await http.post("/emulator/dispute", json={"payment_intent": intent.id})).json()
    await http.post("/emulator/dispute", json={"payment_intent": other.id})
    found = await shop.sdk.v1.disputes.list_async({"payment_intent": intent.id})
    assert [one.id for one in found.data] == [dispute["id"]]


async def test_some_cards_dispute_by_themselves(shop, receiver):
    intent = await shop.paid("pm_card_createDispute")
    await receiver.until(lambda: "charge.dispute.created" in receiver.of(intent.id))


async def test_the_ledger_adds_up(shop, start_emulator, connect, http):
    server = start_emulator()
    shop = type(shop)(connect(server))
    kept, refunded = await shop.paid(amount=1000), await shop.paid(amount=2500)
    await shop.refund(refunded)

    ledger = (await http.get(f"{server.url}/emulator/ledger")).json()
    assert ledger["totals"] == {"usd": {"captured": 3500, "refunded": 2500, "disputed": 0}}
    assert [intent["id"] for intent in ledger["payment_intents"]] == [kept.id, refunded.id]
    assert len(ledger["refunds"]) == 1


async def test_bad_input_to_the_dashboard_is_told(http):
    for body in (b"", b"[]", b'{"payment_intent": "pi_none"}', b'{"payment_intent": {"a": 1}}'):
        answer = await http.post("/emulator/refund", content=body)
        assert answer.status_code in {400, 404}, body
