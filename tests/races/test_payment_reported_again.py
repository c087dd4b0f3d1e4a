"""A payment is reported again, several times at once and to two replicas, after orders has judged it."""

import asyncio
from random import Random

import pytest
from tests.races.guards import ForgetsVerdicts
from tests.races.lab import Lab, OpenLab, stripe_answering_late
from tests.races.market import Person, made
from tests.races.rounds import Rounds

from ticketing_common.events import PaymentCreated
from ticketing_ops.audit.snapshot import Document, Snapshot
from ticketing_test_support.snapshots import read_all
from ticketing_test_support.waiting import eventually

TIMES = 4


async def judged(lab: Lab, seller: Person, buyer: Person, chance: Random) -> str:
    """A ticket whose order was paid, and bought it or, half of the time, was given up when the card was charged."""
    market = lab.market
    ticket = await market.lists(seller)
    order = made(await market.orders(buyer, ticket))
    paying = asyncio.create_task(market.pays(buyer, order))

    async def is_charged() -> bool:
        ledger = (await read_all(market.reader)).ledger or {}
        return any(i["metadata"]["order_id"] == order["id"] and i["amount_received"] for i in ledger["payment_intents"])

    await eventually(is_charged, within=30, what="the charge")
    if chance.random() < 0.5:
        await market.cancels(buyer, order)
    await paying
    return str(ticket["id"])


async def report_again(lab: Lab, payment: Document, chance: Random) -> None:
    """As payments would say it after the broker has forgotten that it did, with what is known now."""

    async def says(number: int) -> None:
        await asyncio.sleep(chance.uniform(0, 0.02))
        await lab.market.says(_created(payment), again=f":again-{number}")

    await asyncio.gather(*map(says, range(TIMES)))


def _created(payment: Document) -> PaymentCreated:
    return PaymentCreated(
        id=payment["id"],
        version=payment["version"],
        order_id=payment["_id"],
        status=payment["status"],
        stripe_id=payment["intent_id"],
        amount=payment["order"]["price"],
        captured=payment["money"]["captured"],
        refunded=payment["money"]["given_back"],
        history=payment["history"],
    )


def verdicts(books: Snapshot) -> dict[str, tuple[object, ...]]:
    """How each order stands and why, and what has happened to it."""
    return {
        order["_id"]: (order["status"], order["reason"], order["judged"], [line["step"] for line in order["history"]])
        for order in books.orders
    }


async def test_a_payment_that_is_reported_again_changes_nothing(open_lab: OpenLab, rounds: Rounds) -> None:
    lab = await open_lab(replicas=2)
    seller, buyer = await lab.market.person(), await lab.market.person()
    async with stripe_answering_late(lab, seconds=0.3):
        tickets = set(await rounds.run(lambda chance: judged(lab, seller, buyer, chance), at_once=4))
    before, found = await lab.market.verdict(tickets)
    assert found == []
    waiting = iter(before.payments)
    await rounds.run(lambda chance: report_again(lab, next(waiting), chance), at_once=4)
    after, found = await lab.market.verdict(tickets)
    assert found == []
    assert verdicts(after) == verdicts(before)
    assert all(order["judged"] for order in after.orders)


@pytest.mark.long_run
async def test_control_when_verdicts_are_forgotten_a_bought_ticket_is_refunded(open_lab: OpenLab) -> None:
    lab = await open_lab()
    market = lab.market
    seller, buyer = await market.person(), await market.person()
    ticket = await market.lists(seller)
    made(await market.pays(buyer, made(await market.orders(buyer, ticket))))
    before, found = await market.verdict({ticket["id"]})
    assert found == []
    [orders] = lab.apps["orders"]
    orders.state.store.documents = ForgetsVerdicts(orders.state.database.collection("orders"))
    await report_again(lab, before.payments[0], Random(1))
    after, found = await market.verdict({ticket["id"]})
    assert any(item.guarantee == "I2" and "we refund it" in item.what for item in found), found
    assert verdicts(after) != verdicts(before)
