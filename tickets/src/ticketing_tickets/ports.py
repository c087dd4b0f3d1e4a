"""What the use cases depend on: a store of tickets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ticketing_common.events import TicketState
from ticketing_common.idempotency import RequestStore, StoredRequest
from ticketing_tickets.domain import Availability, Ticket, Total
from ticketing_tickets.find_tickets import TicketIndex


@dataclass(frozen=True, slots=True)
class TicketChange:
    """The next state of a ticket and its event, of many that are saved together. `trace` is the event's."""

    ticket: Ticket
    expected: Ticket
    event: TicketState | None
    trace: str


class TicketStore(TicketIndex, Protocol):
    """Where tickets are stored. Lists are newest first and start after the ticket `after`."""

    @property
    def requests(self) -> RequestStore:
        """The requests that created tickets."""

    async def add(self, ticket: Ticket, event: TicketState, *, request: StoredRequest | None = None) -> None:
        """Store a new ticket, its event and the request for it; RequestRepeated if that one is stored already."""

    async def find(self, ticket_id: str) -> Ticket | None:
        """The ticket with this id."""

    async def find_all(self, ticket_ids: Iterable[str]) -> list[Ticket]:
        """The tickets with these ids, in any order."""

    async def find_buyable(self, *, after: str | None, limit: int) -> list[Ticket]:
        """Tickets that no order holds."""

    async def find_by_seller(
        self, seller_id: str, *, state: Availability | None = None, after: str | None, limit: int
    ) -> list[Ticket]:
        """The seller's tickets in this state, or in every one."""

    async def totals_of(self, seller_id: str) -> Mapping[Availability, Total]:
        """The seller's tickets in each state; states without any are absent."""

    async def save(self, ticket: Ticket, *, expected: Ticket, event: TicketState | None = None) -> bool:
        """Store the next state and its event if the stored version and fence are still the expected ticket's."""

    async def save_all(self, changes: Sequence[TicketChange]) -> bool:
        """As `save`, in one request. False when some stored tickets are not as expected; the others are saved."""
