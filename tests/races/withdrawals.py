"""Races between a withdrawal and what others do to the ticket."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar

import httpx
from tests.races.expirations import LATE_WINDOW_SECONDS, TOO_LATE, seconds_until
from tests.races.faulty import LastWriteWins, replace_documents
from tests.races.race import Outcome, Race, Rounds, after, end_of
from tests.races.system import RacedSystem

from ticketing_common.errors import PreconditionFailed
from ticketing_common.events import ExpirationComplete
from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, by_id
from ticketing_test_support.api import Json, message
from ticketing_test_support.waiting import eventually
from ticketing_tickets.domain import AlreadyWithdrawn, NoSuchTicket, TicketReserved

RESERVED, WITHDRAWN = f"400 {TicketReserved.message}", f"400 {AlreadyWithdrawn.message}"
NO_SUCH_TICKET, CHANGED = f"404 {NoSuchTicket.message}", f"412 {PreconditionFailed.message}"
TITLES = ("Row A", "Row B")


class _TicketRace(Race):
    async def remove_guard(self, system: RacedSystem) -> None:
        """Of the writes that put or leave the ticket without an order, the last one wins."""
        replace_documents(
            system,
            "tickets",
            lambda collection: LastWriteWins(collection, stale=lambda changes: changes["order_id"] is None),
        )

    def is_defect(self, finding: Finding) -> bool:
        return "is free in tickets" in finding.what


class WithdrawalAgainstOrder(_TicketRace):
    """The seller withdraws a ticket while somebody orders it, who then pays or cancels."""

    concurrency = 4

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        ticket = await system.seller.create_ticket()
        withdrawing, (order, ordering, ending) = await asyncio.gather(
            after(random.uniform(0, 0.05), system.seller.withdraw(ticket)),
            after(random.uniform(0, 0.03), self._order(system, ticket, pays=random.random() < 0.5)),
        )
        return Outcome(ticket["id"], order, (message(withdrawing), ordering, ending))

    async def _order(self, system: RacedSystem, ticket: Json, *, pays: bool) -> tuple[Json, str, str]:
        response = await system.buyer.http.post("/api/orders", json={"ticketId": ticket["id"]})
        if not response.is_success:
            return {}, message(response), ""
        order = response.json()
        ending = await (system.buyer.pay(order) if pays else system.buyer.cancel(order))
        return order, message(response), message(ending)

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Withdrawals that were accepted and lost or refused and made, and orders that did not end as their buyers
        were told."""
        tickets = by_id(snapshot.tickets)
        return [one for one in outcomes if not self._is_right(one, tickets[one.ticket_id])]

    def _is_right(self, outcome: Outcome, ticket: Document) -> bool:
        withdrawing, ordering, ending = outcome.responses
        is_withdrawn = {"204": True, RESERVED: False}[withdrawing]
        buyer_has_it = ending == "201"
        return (ordering == "201" or (is_withdrawn and ordering == NO_SUCH_TICKET)) and (
            ticket["withdrawn"],
            ticket["order_id"],
            ticket["buyable"],
        ) == (is_withdrawn, outcome.order["id"] if buyer_has_it else None, not (is_withdrawn or buyer_has_it))

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        """Nobody pays or cancels, which would repair the lost reservation."""
        await self.remove_guard(system)
        ticket = await system.seller.create_ticket()
        withdrawing, ordering = await asyncio.gather(system.seller.withdraw(ticket), system.buyer.try_order(ticket))
        return Outcome(ticket["id"], ordering.json(), (message(withdrawing), message(ordering), "201"))


class TabsOfTheSeller(Race):
    """Two tabs edit the same version of a ticket while a third one withdraws it: one of them succeeds."""

    concurrency = 4

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        ticket = await system.seller.create_ticket("Row C")
        edits = (system.seller.edit_ticket(ticket, title=title, price=20, version=0) for title in TITLES)
        tabs = (system.seller.withdraw(ticket, version=0), *edits)
        responses = await asyncio.gather(*(after(random.uniform(0, 0.02), tab) for tab in tabs))
        return Outcome(ticket["id"], {}, tuple(map(message, responses)))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """None or several that succeeded, and a ticket that has become something else."""
        tickets = by_id(snapshot.tickets)
        return [one for one in outcomes if not self._is_right(one, tickets[one.ticket_id])]

    def _is_right(self, outcome: Outcome, ticket: Document) -> bool:
        withdrawing, *editing = outcome.responses
        if withdrawing == "204":
            expected: tuple[str, bool] = ("Row C", True)
            others_refused = {*editing} <= {WITHDRAWN, CHANGED}
        else:
            expected = (TITLES[editing.index("200")], False)
            others_refused = sorted(editing) == ["200", CHANGED] and withdrawing == CHANGED
        return others_refused and (ticket["title"], ticket["withdrawn"], ticket["version"]) == (*expected, 1)

    async def remove_guard(self, system: RacedSystem) -> None:
        """The last edit wins over the withdrawal."""
        replace_documents(
            system,
            "tickets",
            lambda collection: LastWriteWins(collection, stale=lambda changes: not changes["withdrawn"]),
        )

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        await self.remove_guard(system)
        ticket = await system.seller.create_ticket("Row C")
        edit = system.seller.edit_ticket(ticket, title=TITLES[0], price=20, version=0)
        responses = await asyncio.gather(system.seller.withdraw(ticket, version=0), edit)
        return Outcome(ticket["id"], {}, tuple(map(message, responses)))

    def is_defect(self, finding: Finding) -> bool:
        return "at the same version" in finding.what or "has withdrawn=" in finding.what


class LatePaymentAgainstWithdrawal(_TicketRace):
    """Money that was captured in time is reported late, while the seller withdraws the released ticket."""

    options: ClassVar = {"window_seconds": LATE_WINDOW_SECONDS, "replicas": 3}
    concurrency = 8
    slow = True
    defect_options: ClassVar = {"window_seconds": LATE_WINDOW_SECONDS, "replicas": 2}
    ENDS = frozenset(
        {
            # Orders did not know of the withdrawal yet, or did.
            ("204", "201", "complete", None, (None,)),
            ("204", "201", "cancelled", "expired", ("expired",)),
            # Tickets did not know of the expiry yet, or knew of the sale.
            (RESERVED, "201", "complete", None, (None,)),
            # On a machine so slow that the payment itself came too late.
            ("204", TOO_LATE, "cancelled", "expired", ()),
            (RESERVED, TOO_LATE, "cancelled", "expired", ()),
        }
    )

    async def run_all(self, system: RacedSystem, rounds: Rounds) -> list[Outcome]:
        async with system.slow_stripe(seconds=3):
            return await super().run_all(system, rounds)

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        """Payments cancels the payment of the expired order and finds it captured; up to 80 ms later one withdraws."""
        ticket, order, paying = await self._pay_late(system)
        await asyncio.sleep(random.uniform(0, 0.08))
        withdrawing = message(await system.seller.withdraw(ticket))
        return Outcome(ticket["id"], order, (withdrawing, message(await paying)))

    async def _pay_late(self, system: RacedSystem) -> tuple[Json, Json, asyncio.Task[httpx.Response]]:
        ticket = await system.seller.create_ticket()
        order = await system.buyer.create_order(ticket)
        paying = asyncio.create_task(system.buyer.pay(order))
        await asyncio.sleep(seconds_until(order))
        await system.publish(ExpirationComplete(order_id=order["id"]))
        return ticket, order, paying

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Who has the ticket and the money, against both responses."""
        tickets, orders = by_id(snapshot.tickets), by_id(snapshot.orders)
        return [
            outcome
            for outcome in outcomes
            if (*outcome.responses, *end_of(orders[outcome.order["id"]])) not in self.ENDS
            or tickets[outcome.ticket_id]["withdrawn"] != (outcome.responses[0] == "204")
            or (tickets[outcome.ticket_id]["order_id"] is None) == (orders[outcome.order["id"]]["status"] == "complete")
        ]

    async def run_without_guard(self, system: RacedSystem) -> Outcome:
        async with system.slow_stripe(seconds=3):
            ticket, order, paying = await self._pay_late(system)

            async def is_free() -> bool:
                return "orderId" not in await system.seller.ticket(ticket)

            await eventually(is_free, within=30, what="the ticket being released")
            await self.remove_guard(system)
            withdrawing = message(await system.seller.withdraw(ticket))
            return Outcome(ticket["id"], order, (withdrawing, message(await paying)))
