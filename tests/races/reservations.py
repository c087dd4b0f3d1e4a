"""Races for accounts, tickets and reservations."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, cycle, islice, pairwise
from random import Random
from typing import Any, ClassVar

from tests.races.faulty import LastWriteWins, drop_unique_indexes, let_all_read_first, replace_documents
from tests.races.race import Outcome, Race, after
from tests.races.system import RacedSystem

from ticketing_auth.domain import EmailInUse
from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, by_id
from ticketing_orders.domain import TicketReserved, TooManyReservations
from ticketing_orders.store import ONE_OPEN_ORDER_PER_SLOT
from ticketing_test_support.api import PASSWORD, ApiClient, created, message
from ticketing_tickets.domain import TicketReserved as TicketNotEditable

BUYERS = 100
TABS = 8
TICKETS, LIMIT = 50, 10
RESERVED = f"400 {TicketReserved.message}"
OLD, NEW = ("Row C", 2000), ("Row A", 3500)
NOT_EDITABLE = f"400 {TicketNotEditable.message}"


Hold = tuple[datetime, datetime]
"""When an order was placed, and when it expires."""


@dataclass(frozen=True)
class Rush(Outcome):
    """With the holds that buyers were given."""

    holds: tuple[Hold, ...] = ()


class ManyBuyers(Race):
    """A hundred orders for one ticket at once, at three replicas of orders."""

    defect_options: ClassVar = {"replicas": 3}

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        ticket, holds = await system.seller.create_ticket(), list[Hold]()

        async def order(buyer: ApiClient) -> str:
            response = await buyer.try_order(ticket)
            if response.is_success:
                holds.append((datetime.now(UTC), datetime.fromisoformat(response.json()["expiresAt"])))
            return message(response)

        buyers = islice(cycle(system.buyers), BUYERS)
        responses = await asyncio.gather(*(after(random.uniform(0, 0.02), order(buyer)) for buyer in buyers))
        return Rush(ticket["id"], {}, tuple(responses), tuple(holds))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Other responses, holds that overlap, and orders that are not stored."""
        unexpected = {*chain(*(outcome.responses for outcome in outcomes))} - {"201", RESERVED}
        overlapping = [
            pair
            for outcome in outcomes
            if isinstance(outcome, Rush)
            for pair in pairwise(sorted(outcome.holds))
            if pair[1][0] < pair[0][1]
        ]
        accepted = sum(outcome.responses.count("201") for outcome in outcomes)
        lost = [] if len(snapshot.orders) == accepted else [f"{accepted} accepted, {len(snapshot.orders)} stored"]
        return [*unexpected, *overlapping, *lost]

    async def remove_guard(self, system: RacedSystem) -> None:
        await drop_unique_indexes(system)
        let_all_read_first(system, BUYERS)

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I1" and "live orders" in finding.what


@dataclass(frozen=True)
class Spree(Outcome):
    """Of one buyer, for many tickets."""

    tickets: tuple[str, ...] = ()

    @property
    def ticket_ids(self) -> Sequence[str]:
        return self.tickets


class ManyTickets(Race):
    """Fifty orders of one buyer for fifty tickets at once, at three replicas of orders: as many as allowed succeed."""

    options: ClassVar = {"replicas": 3, "max_open": LIMIT}
    ignored = ("I8",)  # nothing expires the orders here
    defect_options = options

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        buyer = await system.new_client()
        tickets = await asyncio.gather(*(system.seller.create_ticket() for _ in range(TICKETS)))
        orders = (after(random.uniform(0, 0.02), buyer.try_order(ticket)) for ticket in tickets)
        responses = tuple(map(message, await asyncio.gather(*orders)))
        return Spree("", {}, responses, tuple(ticket["id"] for ticket in tickets))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        expected = Counter({"201": LIMIT, f"400 {TooManyReservations(LIMIT).message}": TICKETS - LIMIT})
        return [outcome for outcome in outcomes if Counter(outcome.responses) != expected]

    async def remove_guard(self, system: RacedSystem) -> None:
        await system.apps["orders"][0].state.database.collection("orders").drop_index(ONE_OPEN_ORDER_PER_SLOT)

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I9"


class SignUps(Race):
    """Eight sign-ups with one address at once, in any capitalisation."""

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        address = f"user-{secrets.token_hex(6)}@example.com"

        async def sign_up(email: str) -> str:
            body = {"email": email, "password": PASSWORD}
            return message(await system.buyer.http.post("/api/users/signup", json=body))

        emails = [random.choice([address, address.upper()]) for _ in range(TABS)]
        responses = await asyncio.gather(*(after(random.uniform(0, 0.03), sign_up(email)) for email in emails))
        return Outcome("", {}, tuple(responses))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        expected = ["201", *[f"400 {EmailInUse().message}"] * (TABS - 1)]
        return [outcome for outcome in outcomes if sorted(outcome.responses) != expected]

    async def remove_guard(self, system: RacedSystem) -> None:
        await system.apps["auth"][0].state.database.collection("users").drop_index("email_unique")

    def is_defect(self, finding: Finding) -> bool:
        return finding.what == f"{TABS} accounts share one email address"


class EditAgainstOrder(Race):
    """The seller edits a ticket while somebody orders it; nobody pays, which would repair a lost reservation."""

    concurrency = 4

    async def run(self, system: RacedSystem, random: Random) -> Outcome:
        ticket = await system.seller.create_ticket(OLD[0], OLD[1] / 100)
        edit = system.seller.edit_ticket(ticket, title=NEW[0], price=NEW[1] / 100)
        editing, ordering = await asyncio.gather(
            after(random.uniform(0, 0.03), edit), after(random.uniform(0, 0.03), system.buyer.try_order(ticket))
        )
        return Outcome(ticket["id"], created(ordering), (message(editing),))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Outcome]) -> list[Any]:
        """Edits that were accepted and lost or rejected and made; missing versions; prices that never were."""
        tickets, orders = by_id(snapshot.tickets), by_id(snapshot.orders)
        ends = [(outcome, orders[outcome.order["id"]]) for outcome in outcomes]
        return [end for end in ends if not _is_right(end[0], tickets[end[1]["ticket"]["id"]], end[1])]

    async def remove_guard(self, system: RacedSystem) -> None:
        replace_documents(
            system,
            "tickets",
            lambda collection: LastWriteWins(collection, stale=lambda changes: changes["order_id"] is None),
        )

    def is_defect(self, finding: Finding) -> bool:
        return "is free in tickets" in finding.what


def _is_right(outcome: Outcome, ticket: Document, order: Document) -> bool:
    edited = {"200": True, NOT_EDITABLE: False}[outcome.responses[0]]
    shown = NEW if edited else OLD
    versions = edited + 1 + (order["status"] == "cancelled")  # edited, reserved, and released when it has expired
    ordered_as = (order["ticket"]["title"], order["ticket"]["price"])
    return (
        (ticket["title"], ticket["price"], ticket["version"]) == (*shown, versions)
        and ordered_as in (OLD, shown)
        and round(outcome.order["ticket"]["price"] * 100) == order["ticket"]["price"]
    )
