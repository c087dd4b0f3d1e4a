"""Refunds and disputes, through the API, the control API and test cards."""

import re

import pytest
import stripe

from stripe_emulator.resources import disputes, refunds

REFUNDABLE = {"warning_needs_response", "warning_under_review", "warning_closed", "won", "prevented"}


@pytest.fixture
def dispute(http):
    """Opens a dispute; the response."""

    async def opened(intent, **fields):
        return await http.post("/emulator/disputes", json={"payment_intent": intent.id, **fields})

    return opened


async def test_partial_refunds_never_exceed_the_charge(api):
    intent = await api.pay()
    await api.refund(intent, amount=1500)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        await api.refund(intent, amount=501)
    await api.refund(intent, amount=500)
    found = await api.v1.refunds.list_async({"payment_intent": intent.id})
    assert [refund.amount for refund in found.data] == [500, 1500]


async def test_unpaid_intent_has_nothing_to_refund(api):
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await api.refund(await api.create())


async def test_refund_made_outside_the_api_emits_events(api, http, receiver):
    intent = await api.pay()
    refund = await http.post("/emulator/refunds", json={"payment_intent": intent.id, "amount": 500})
    await receiver.wait_until(lambda: {"charge.refunded", "refund.created"} <= set(receiver.types_for(intent.id)))
    [charge] = await api.charges(intent)
    assert (refund.json()["amount"], charge.amount_refunded, charge.refunded) == (500, 500, False)


@pytest.mark.parametrize(
    ("card", "first", "last", "event", "refunded"),
    [
        ("refundFail", "succeeded", "failed", "refund.failed", 0),
        ("pendingRefund", "pending", "succeeded", "refund.updated", 2000),
    ],
)
async def test_some_cards_refund_later_or_not_at_all(api, receiver, card, first, last, event, refunded):
    intent = await api.pay(f"pm_card_{card}")
    refund = await api.refund(intent)
    await receiver.wait_until(lambda: event in receiver.types_for(intent.id))
    [charge] = await api.charges(intent)
    assert [refund.status, (await api.v1.refunds.retrieve_async(refund.id)).status] == [first, last]
    assert charge.amount_refunded == refunded


@pytest.mark.parametrize("status", refunds.STATUSES)
async def test_refund_can_get_every_status_after_it_succeeded(api, http, receiver, status):
    intent = await api.pay()
    refund = await api.refund(intent)
    await http.post(f"/emulator/refunds/{refund.id}", json={"status": status, "failure_reason": "declined"})
    await receiver.wait_until(lambda: "refund.updated" in receiver.types_for(intent.id))
    returned, reason = status in {"failed", "canceled"}, "declined" if status == "failed" else None
    again = await http.post(f"/emulator/refunds/{refund.id}", json={"status": "succeeded"})
    found, [charge] = await api.v1.refunds.retrieve_async(refund.id), await api.charges(intent)
    assert (found.failure_reason, charge.amount_refunded) == (reason, 0 if returned else 2000)
    assert again.status_code == (400 if returned else 200)


def test_dispute_statuses_are_those_of_the_sdk():
    documented = re.findall(r"'(\w+)'", str(stripe.Dispute.__annotations__["status"]))
    assert sorted(disputes.STATUSES) == sorted(set(documented) - {"str"})


@pytest.mark.parametrize("status", disputes.STATUSES)
async def test_disputed_charge_is_refundable_unless_funds_are_withdrawn(api, http, dispute, receiver, status):
    intent = await api.pay()
    opened = (await dispute(intent, status=status)).json()
    refund = await http.post("/v1/refunds", data={"payment_intent": intent.id})
    await receiver.wait_until(lambda: "charge.dispute.created" in receiver.types_for(intent.id))
    assert (await api.v1.disputes.retrieve_async(opened["id"])).status == status
    assert ("charge_disputed" in refund.text) == (status not in REFUNDABLE)
    assert refund.is_success == (status in REFUNDABLE)


@pytest.mark.parametrize(
    ("first", "then", "events"),
    [
        ("needs_response", "won", ["closed", "created", "funds_reinstated", "funds_withdrawn"]),
        ("needs_response", "lost", ["closed", "created", "funds_withdrawn"]),
        ("needs_response", "under_review", ["created", "funds_withdrawn", "updated"]),
        ("warning_needs_response", "warning_closed", ["closed", "created"]),
        ("warning_under_review", "needs_response", ["created", "funds_withdrawn", "updated"]),
    ],
)
async def test_dispute_moves_on_and_emits_events(api, http, dispute, receiver, first, then, events):
    intent = await api.pay()
    opened = (await dispute(intent, status=first)).json()
    moved = await http.post(f"/emulator/disputes/{opened['id']}", json={"status": then})

    def emitted():
        return sorted(kind.split(".")[-1] for kind in receiver.types_for(intent.id) if "dispute" in kind)

    await receiver.wait_until(lambda: len(emitted()) == len(events))
    assert (moved.json()["status"], emitted()) == (then, events)


async def test_closed_dispute_is_final_but_a_lost_one_can_be_appealed(api, http, dispute):
    opened = (await dispute(await api.pay())).json()

    async def move(status):
        return (await http.post(f"/emulator/disputes/{opened['id']}", json={"status": status})).status_code

    moves = [await move(status) for status in ("lost", "won", "appeal_under_review", "won", "lost")]
    assert moves == [200, 400, 200, 200, 400]


async def test_some_cards_are_disputed_automatically(api, receiver):
    intent = await api.pay("pm_card_createDispute")
    await receiver.wait_until(lambda: "charge.dispute.created" in receiver.types_for(intent.id))
    [found] = (await api.v1.disputes.list_async({"payment_intent": intent.id})).data
    assert (found.reason, found.status) == ("fraudulent", "needs_response")


async def test_ledger_adds_up(start_emulator, connect, http):
    server = start_emulator()
    api = connect(server.url)
    kept, refunded = await api.pay(amount=1000), await api.pay(amount=2500)
    await api.refund(refunded)
    for status in ("won", "lost"):
        disputed = {"payment_intent": (await api.pay(amount=300)).id, "status": status}
        await http.post(f"{server.url}/emulator/disputes", json=disputed)
    ledger = (await http.get(f"{server.url}/emulator/ledger")).json()
    assert ledger["totals"] == {"usd": {"captured": 4100, "refunded": 2500, "disputed": 300}}
    assert [intent["id"] for intent in ledger["payment_intents"]][:2] == [kept.id, refunded.id]
    assert "client_secret" not in ledger["payment_intents"][0]


async def test_ledger_is_read_in_parts(start_emulator, connect, http):
    server = start_emulator()
    api = connect(server.url)
    first, second, third = [(await api.pay(amount=amount)).id for amount in (1000, 2000, 3000)]

    async def part(**query):
        found = (await http.post(f"{server.url}/emulator/ledger", json=query)).json()
        return [intent["id"] for intent in found["payment_intents"]], found["totals"]["usd"]["captured"]

    assert await part(payment_intents=[third, "pi_none", first]) == ([third, first], 4000)
    assert await part(limit=2) == ([first, second], 3000)
    assert await part(starting_after=second) == ([third], 3000)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"payment_intent": "pi_none"}', b'{"payment_intent": {"a": 1}}'])
@pytest.mark.parametrize("path", ["refunds", "disputes", "refunds/re_none", "disputes/du_none"])
async def test_invalid_input_is_refused_with_a_reason(http, path, body):
    refused = await http.post(f"/emulator/{path}", content=body)
    assert refused.status_code in {400, 404}
    assert refused.json()["error"]["message"]
