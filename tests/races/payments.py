"""Races for a payment."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from tests.races.faulty import (
    BothAttemptsBegin,
    KeylessStripe,
    LastWriteWins,
    SettlementsNotRead,
    is_cancellation,
    replace_documents,
)
from tests.races.race import Outcome, Race, Rounds, after, end_of
from tests.races.system import RacedSystem

from ticketing_common.events import PaymentCreated
from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, by_id
from ticketing_orders.domain import AlreadyComplete
from ticketing_payments.domain.errors import AlreadyPaid, OrderCancelled
from ticketing_test_support.api import DECLINED_CARD, GOOD_CARD, Json, created, message
from ticketing_test_support.snapshots import read_all
from ticketing_test_support.waiting import eventually

OTHER_CARD = "pm_card_mastercard"
ALREADY_PAID, CANCELLED = f"400 {AlreadyPaid.message}", f"400 {OrderCancelled.message}"
DECLINED = "402 Your card was declined. Nothing was charged. Try another card."
REPEATS = 4


class TwoTabs(Race):
    """Two tabs pay one order at once; one card at least is good."""

    concurrency = 4

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        cards = [GOOD_CARD, random.choice((GOOD_CARD, OTHER_CARD, DECLINED_CARD))]
        random.shuffle(cards)
        return await self._pay(system, random, cards)

    async def _pay(self, system: RacedSystem, random: Random, cards: Sequence[str]) -> Outcome:
        order = await system.buyer.create_order(await system.seller.create_ticket(price=20))
        attempts = (after(random.uniform(0, 0.05), system.buyer.pay(order, card)) for card in cards)
        return Outcome(order["ticket"]["id"], order, tuple(map(message, await asyncio.gather(*attempts))))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Orders that are not paid by one charge, and responses that are not true."""
        return [
            outcome
            for outcome in outcomes
            if charges(snapshot, outcome.order) != [2000]
            or "201" not in outcome.responses
            or not {*outcome.responses} <= {"201", ALREADY_PAID, DECLINED}
        ]

    async def remove_guard(self, system: RacedSystem) -> None:
        """The key of the intent and the compare-and-set: either would be enough."""
        replace_documents(system, "payments", BothAttemptsBegin)
        [payments] = system.apps["payments"]
        payments.state.deps = replace(payments.state.deps, gateway=KeylessStripe(system.stripe))

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        await self.remove_guard(system)
        outcome = await self._pay(system, Random(1), (GOOD_CARD, OTHER_CARD))
        await system.apps["payments"][0].state.deps.gateway.close()
        return outcome

    def is_defect(self, finding: Finding) -> bool:
        return "payments does not know pi_" in finding.what


def charges(snapshot: Snapshot, order: Json) -> list[int]:
    """What Stripe has charged for the order, by intent, in minor units."""
    intents = (snapshot.ledger or {"payment_intents": ()})["payment_intents"]
    return [intent["amount_received"] for intent in intents if intent["metadata"]["order_id"] == order["id"]]


class CancelAgainstPay(Race):
    """The buyer pays in one tab and cancels in another, at any moment of paying."""

    concurrency = 4
    ENDS = frozenset(
        {
            (f"400 {AlreadyComplete.message}", "201", "complete", None, (None,)),
            ("204", "201", "cancelled", "buyer", ("buyer",)),
            ("204", CANCELLED, "cancelled", "buyer", ()),
            # The charge was under way when the order was cancelled: it is refunded.
            ("204", CANCELLED, "cancelled", "buyer", ("buyer",)),
        }
    )

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        order = await system.buyer.create_order(await system.seller.create_ticket())
        cancel = after(random.uniform(0, 0.25), system.buyer.cancel(order))
        paid, cancelled = await asyncio.gather(system.buyer.pay(order), cancel)
        return Outcome(order["ticket"]["id"], order, (message(cancelled), message(paid)))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        orders = by_id(snapshot.orders)
        ends = [(*one.responses, *end_of(orders[one.order["id"]])) for one in outcomes]
        return [end for end in ends if end not in self.ENDS]

    async def remove_guard(self, system: RacedSystem) -> None:
        replace_documents(system, "orders", lambda collection: LastWriteWins(collection, stale=is_cancellation))

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I3"


class PaymentReportedAgain(Race):
    """A settled payment is reported again, several times at once, to two replicas of orders."""

    options: ClassVar = {"replicas": 2}
    concurrency = 4

    def __init__(self) -> None:
        self._settled: dict[str, object] = {}

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        """A paid order, complete or, half of the time, cancelled when the card was charged."""
        order = await system.buyer.create_order(await system.seller.create_ticket())
        paying = asyncio.create_task(system.buyer.pay(order))

        async def is_charged() -> bool:
            intents = ((await read_all(system.reader)).ledger or {})["payment_intents"]
            return any(i["metadata"]["order_id"] == order["id"] and i["amount_received"] for i in intents)

        await eventually(is_charged, within=30, what="the charge")
        if random.random() < 0.5:
            await system.buyer.cancel(order)
        await paying
        return Outcome(order["ticket"]["id"], order)

    async def run_all(self, system: RacedSystem, rounds: Rounds) -> list[Outcome]:
        async with system.slow_stripe(seconds=0.3):
            outcomes = await super().run_all(system, rounds)
        payments = iter(await self._record_settlements(system, outcomes))
        await rounds.run(lambda random: self._report_again(system, next(payments), random), concurrency=4)
        return outcomes

    async def _record_settlements(self, system: RacedSystem, outcomes: Sequence[Outcome]) -> Sequence[Document]:
        snapshot, findings = await system.settled({outcome.ticket_id for outcome in outcomes})
        assert findings == []
        self._settled = settlements(snapshot)
        return snapshot.payments

    async def _report_again(self, system: RacedSystem, payment: Document, random: Random) -> None:
        """As payments would, with what is known now, after JetStream has forgotten the event's id."""
        event = PaymentCreated(
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
        reports = (system.publish(event, id_suffix=f":again-{number}") for number in range(REPEATS))
        await asyncio.gather(*(after(random.uniform(0, 0.02), report) for report in reports))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Orders that have changed, and payments that were never settled."""
        now = settlements(snapshot)
        changed = [order_id for order_id, settlement in now.items() if settlement != self._settled[order_id]]
        return [*changed, *(order["_id"] for order in snapshot.orders if not order["judged"])]

    async def remove_guard(self, system: RacedSystem) -> None:
        replace_documents(system, "orders", SettlementsNotRead)

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        order = await system.buyer.create_order(await system.seller.create_ticket())
        created(await system.buyer.pay(order))
        outcome = Outcome(order["ticket"]["id"], order)
        [payment] = await self._record_settlements(system, [outcome])
        await self.remove_guard(system)
        await self._report_again(system, payment, Random(1))
        return outcome

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I2" and "is refunded by" in finding.what


def settlements(snapshot: Snapshot) -> dict[str, object]:
    """How each order ended and why, and its history."""
    return {order["_id"]: (*end_of(order), [entry["step"] for entry in order["history"]]) for order in snapshot.orders}
