"""Races for accounts, tickets and reservations."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice, pairwise
from random import Random
from typing import Any, ClassVar

from tests.races.faulty import LastWriteWins, drop_unique_indexes, let_all_read_first, replace_documents
from tests.races.race import Race, after
from tests.races.system import RacedSystem

from ticketing_auth.domain import EmailInUse
from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, by_id
from ticketing_orders.domain import TicketReserved
from ticketing_test_support.api import PASSWORD, ApiClient, Json, created, message
from ticketing_tickets.domain import TicketReserved as TicketNotEditable

BUYERS = 100
TABS = 8
RESERVED = f"400 {TicketReserved.message}"
OLD, NEW = ("Row C", 2000), ("Row A", 3500)
NOT_EDITABLE = f"400 {TicketNotEditable.message}"


@dataclass(frozen=True)
class Reservation:
    """A buyer's response and its time; `expires_at` is None without an order."""

    response: str
    at: datetime
    expires_at: datetime | None


class ManyBuyers(Race[tuple[Json, list[Reservation]]]):
    """A hundred orders for one ticket at once, at three replicas of orders."""

    defect_options: ClassVar = {"replicas": 3}

    async def run(self, system: RacedSystem, random: Random) -> tuple[Json, list[Reservation]]:
        ticket = await system.seller.create_ticket()

        async def order(buyer: ApiClient) -> Reservation:
            response = await buyer.try_order(ticket)
            expires_at = datetime.fromisoformat(response.json()["expiresAt"]) if response.is_success else None
            return Reservation(message(response), datetime.now(UTC), expires_at)

        buyers = islice(cycle(system.buyers), BUYERS)
        return ticket, await asyncio.gather(*(after(random.uniform(0, 0.02), order(buyer)) for buyer in buyers))

    def ticket_id(self, outcome: tuple[Json, list[Reservation]]) -> str:
        return str(outcome[0]["id"])

    def problems(self, snapshot: Snapshot, outcomes: Sequence[tuple[Json, list[Reservation]]]) -> list[Any]:
        """Other responses than these two, and overlapping reservations; one may begin when another has expired."""
        responses = [one for _, reservations in outcomes for one in reservations]
        unexpected = [one for one in responses if one.response not in ("201", RESERVED)]
        overlapping = [pair for _, reservations in outcomes for pair in overlaps(reservations)]
        accepted = sum(one.response == "201" for one in responses)
        lost = [] if len(snapshot.orders) == accepted else [f"{accepted} accepted, {len(snapshot.orders)} stored"]
        return [*unexpected, *overlapping, *lost]

    async def remove_guard(self, system: RacedSystem) -> None:
        await drop_unique_indexes(system)
        let_all_read_first(system, BUYERS)

    def is_defect(self, finding: Finding) -> bool:
        return finding.guarantee == "I1" and "live orders" in finding.what


def overlaps(reservations: Sequence[Reservation]) -> list[tuple[Reservation, Reservation]]:
    """Reservations of one ticket that began before another one had expired."""
    held = sorted((one for one in reservations if one.expires_at), key=lambda one: one.at)
    return [(first, second) for first, second in pairwise(held) if first.expires_at and second.at < first.expires_at]


class SignUps(Race[list[str]]):
    """Eight sign-ups with one address at once, in any capitalisation."""

    async def run(self, system: RacedSystem, random: Random) -> list[str]:
        address = f"user-{secrets.token_hex(6)}@example.com"

        async def sign_up(email: str) -> str:
            body = {"email": email, "password": PASSWORD}
            return message(await system.buyer.http.post("/api/users/signup", json=body))

        emails = [random.choice([address, address.upper()]) for _ in range(TABS)]
        return await asyncio.gather(*(after(random.uniform(0, 0.03), sign_up(email)) for email in emails))

    def ticket_id(self, outcome: list[str]) -> str:
        return ""  # none

    def problems(self, snapshot: Snapshot, outcomes: Sequence[list[str]]) -> list[Any]:
        expected = ["201", *[f"400 {EmailInUse().message}"] * (TABS - 1)]
        return [responses for responses in outcomes if sorted(responses) != expected]

    async def remove_guard(self, system: RacedSystem) -> None:
        await system.apps["auth"][0].state.database.collection("users").drop_index("email_unique")

    def is_defect(self, finding: Finding) -> bool:
        return finding.what == f"{TABS} accounts share one email address"


@dataclass(frozen=True)
class Edit:
    """The order, and the response to the edit."""

    order: Json
    editing: str


class EditAgainstOrder(Race[Edit]):
    """The seller edits a ticket while somebody orders it; nobody pays, which would repair a lost reservation."""

    concurrency = 4

    async def run(self, system: RacedSystem, random: Random) -> Edit:
        ticket = await system.seller.create_ticket(OLD[0], OLD[1] / 100)
        edit = system.seller.edit_ticket(ticket, title=NEW[0], price=NEW[1] / 100)
        editing, ordering = await asyncio.gather(
            after(random.uniform(0, 0.03), edit), after(random.uniform(0, 0.03), system.buyer.try_order(ticket))
        )
        return Edit(created(ordering), message(editing))

    def problems(self, snapshot: Snapshot, outcomes: Sequence[Edit]) -> list[Any]:
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


def _is_right(outcome: Edit, ticket: Document, order: Document) -> bool:
    edited = {"200": True, NOT_EDITABLE: False}[outcome.editing]
    shown = NEW if edited else OLD
    versions = edited + 1 + (order["status"] == "cancelled")  # edited, reserved, and released when it has expired
    ordered_as = (order["ticket"]["title"], order["ticket"]["price"])
    return (
        (ticket["title"], ticket["price"], ticket["version"]) == (*shown, versions)
        and ordered_as in (OLD, shown)
        and round(outcome.order["ticket"]["price"] * 100) == order["ticket"]["price"]
    )
