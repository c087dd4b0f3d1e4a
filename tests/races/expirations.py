"""Races at the end of a reservation."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar

from tests.races.faulty import (
    ExpiredAnHourAgo,
    LastWriteWins,
    drop_unique_indexes,
    is_cancellation,
    let_all_read_first,
    replace_documents,
)
from tests.races.race import Outcome, Race, Rounds, end_of
from tests.races.system import RacedSystem

from ticketing_common.events import ExpirationComplete
from ticketing_ops.audit.snapshot import Finding, Snapshot, by_id
from ticketing_orders.domain import TicketReserved
from ticketing_payments.domain.errors import OrderExpired
from ticketing_test_support.api import Json, message

TOO_LATE, RESERVED = f"400 {OrderExpired.message}", f"400 {TicketReserved.message}"
FAST = timedelta(minutes=2)
LATE_WINDOW_SECONDS = 1.5


def two_minutes_fast() -> datetime:
    """What expiration's wrong clock shows."""
    return datetime.now(UTC) + FAST


def seconds_until(order: Json) -> float:
    """Until the order expires."""
    return (datetime.fromisoformat(order["expiresAt"]) - datetime.now(UTC)).total_seconds()


def outcome_of(order: Json, *responses: str) -> Outcome:
    """No response means that the buyer did not pay."""
    return Outcome(order["ticket"]["id"], order, responses)


class _PaidRace(Race):
    slow = True

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Paid means complete, since nobody else wants the ticket; otherwise it has expired, with nothing charged."""
        orders, payments = by_id(snapshot.orders), by_id(snapshot.payments)
        problems = []
        for outcome in outcomes:
            order, money = orders[outcome.order["id"]], payments[outcome.order["id"]]["money"]
            paid = ("complete", None, order["ticket"]["price"])
            expected = paid if outcome.responses == ("201",) else ("cancelled", "expired", 0)
            if (order["status"], order["reason"], money["captured"]) != expected:
                problems.append((outcome, order, money))
        return problems


class ExpireAgainstPay(_PaidRace):
    """The buyer pays up to 50 ms before or after the order expires."""

    concurrency = 25
    seconds_each = 0.2  # orders that end together would be paid one after the other on a small machine
    defect_options: ClassVar = {"window_seconds": 2}

    async def run_all(self, system: RacedSystem, rounds: Rounds) -> list[Outcome]:
        spread = self.seconds_each * min(self.concurrency, rounds.count)
        return await rounds.run(lambda random: self._race(system, random, spread), concurrency=self.concurrency)

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        return await self._race(system, random, spread=0)

    async def _race(self, system: RacedSystem, random: Random, spread: float) -> Outcome:
        """Timers fire at whole seconds: so the order expires just before one."""
        ticket = await system.seller.create_ticket()
        await asyncio.sleep(random.uniform(0, spread))
        await asyncio.sleep((random.uniform(0.85, 0.98) - time.time()) % 1)
        order = await system.buyer.create_order(ticket)
        await asyncio.sleep(seconds_until(order) + random.uniform(-0.05, 0.05))
        response = message(await system.buyer.pay(order))
        await system.buyer.wait_for_order(order, lambda now: now["status"] != "created")
        return outcome_of(order, response)

    async def remove_guard(self, system: RacedSystem) -> None:
        replace_documents(system, "orders", lambda collection: LastWriteWins(collection, stale=is_cancellation))

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        await self.remove_guard(system)
        order = await system.buyer.create_order(await system.seller.create_ticket())
        response = message(await system.buyer.pay(order))
        await system.publish(ExpirationComplete(order_id=order["id"]))
        return outcome_of(order, response)

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I3"


class FastClock(_PaidRace):
    """Expiration's clock is two minutes fast; half of the buyers pay in time, the others let the order expire."""

    window_seconds = 2.0
    options: ClassVar = {"window_seconds": window_seconds, "replicas": 2, "expiration_now": two_minutes_fast}
    concurrency = 8
    defect_options: ClassVar = {"window_seconds": 100, "expiration_now": two_minutes_fast}

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        order = await system.buyer.create_order(await system.seller.create_ticket())
        if random.random() < 0.5:
            await asyncio.sleep(random.uniform(0, self.window_seconds / 2))
            return outcome_of(order, message(await system.buyer.pay(order)))
        await system.buyer.wait_for_status(order, "cancelled", "expired")
        return outcome_of(order)

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        on_time = [expiry for expiry in snapshot.expiries if expiry["fired_at"] < expiry["due_at"] + FAST / 2]
        return [*super().problems(snapshot, outcomes), *(f"the clock was not fast: {expiry}" for expiry in on_time)]

    async def remove_guard(self, system: RacedSystem) -> None:
        replace_documents(system, "orders", ExpiredAnHourAgo)

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        """The order is expired at once although the buyer has 100 s: a response that a buyer who pays may get."""
        await self.remove_guard(system)
        order = await system.buyer.create_order(await system.seller.create_ticket())
        await system.buyer.wait_for_status(order, "cancelled", "expired")
        return outcome_of(order, "201")

    def is_defect(self, finding: Finding) -> bool:
        return "before its time" in finding.what


class LatePaymentAgainstNewBuyer(Race):
    """Money that was captured in time is reported late, while a new buyer orders the released ticket."""

    options: ClassVar = {"window_seconds": LATE_WINDOW_SECONDS, "replicas": 3}
    concurrency = 8
    slow = True
    ignored = ("I8",)  # nothing expires the new buyers' orders here
    defect_options: ClassVar = {"window_seconds": LATE_WINDOW_SECONDS, "replicas": 2}

    async def run_all(self, system: RacedSystem, rounds: Rounds) -> list[Outcome]:
        async with system.slow_stripe(seconds=3):
            outcomes = await super().run_all(system, rounds)
        assert "201" in {outcome.responses[0] for outcome in outcomes}
        return outcomes

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        """The order expires, and payments cancels the payment and finds it captured; up to 80 ms later one orders."""
        late, newer = system.buyers
        ticket = await system.seller.create_ticket()
        order = await late.create_order(ticket)
        paying = asyncio.create_task(late.pay(order))
        await asyncio.sleep(seconds_until(order))
        await system.publish(ExpirationComplete(order_id=order["id"]))
        await asyncio.sleep(random.uniform(0, 0.08))
        ordering = message(await newer.try_order(ticket))
        return outcome_of(order, message(await paying), ordering)

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Who has the ticket and the money, against both responses."""
        expected: dict[tuple[str, ...], tuple[str, str | None, tuple[str | None, ...]]] = {
            ("201", RESERVED): ("complete", None, (None,)),
            ("201", "201"): ("cancelled", "expired", ("expired",)),
            # On a machine so slow that the payment itself came too late.
            (TOO_LATE, "201"): ("cancelled", "expired", ()),
            (TOO_LATE, RESERVED): ("cancelled", "expired", ()),
        }
        orders = by_id(snapshot.orders)
        return [
            outcome for outcome in outcomes if expected.get(outcome.responses) != end_of(orders[outcome.order["id"]])
        ]

    async def remove_guard(self, system: RacedSystem) -> None:
        await drop_unique_indexes(system)

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        late, newer = system.buyers
        await self.remove_guard(system)
        ticket = await system.seller.create_ticket()
        order = await late.create_order(ticket)
        async with system.slow_stripe(seconds=3):
            paying = asyncio.create_task(late.pay(order))
            await asyncio.sleep(LATE_WINDOW_SECONDS)
            let_all_read_first(system, 2)
            await system.publish(ExpirationComplete(order_id=order["id"]))
            await late.wait_for_order(order, lambda now: now["status"] == "cancelled")
            ordering = message(await newer.try_order(ticket))
            return outcome_of(order, message(await paying), ordering)

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I1"
