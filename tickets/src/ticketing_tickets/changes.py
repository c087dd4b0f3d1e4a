"""What those who follow the tickets see of each event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ticketing_common.currency import Currency
from ticketing_common.events import (
    Event,
    OrderCompleted,
    TicketCreated,
    TicketState,
    TicketStep,
    TicketUpdated,
    TicketWithdrawn,
)
from ticketing_common.feed import Change, Message, parse
from ticketing_tickets.domain import Ticket
from ticketing_tickets.ports import TicketStore
from ticketing_tickets.schemas import ticket_out

# A sale changes nothing else about a ticket, so that tickets publishes no event of its own.
SUBJECTS = ("ticket.>", OrderCompleted.subject.value)
_MODELS: dict[str, type[Event]] = {
    model.subject.value: model for model in (TicketCreated, TicketUpdated, TicketWithdrawn, OrderCompleted)
}


class TicketChanges:
    """Shows events as changes: `event` is the step, and `data` the ticket."""

    def __init__(self, store: TicketStore, currency: Currency) -> None:
        self._store = store
        self._currency = currency

    async def __call__(self, messages: Sequence[Message]) -> list[Change | None]:
        """The change of each message. Reads the tickets that were sold: the order's event has not all of them."""
        events = [parse(message, _MODELS) for message in messages]
        sold = await self._find(event.ticket.id for event in events if isinstance(event, OrderCompleted))
        return [self._change(event, sold) for event in events]

    async def _find(self, ticket_ids: Iterable[str]) -> dict[str, Ticket]:
        ids = set(ticket_ids)
        return {ticket.id: ticket for ticket in await self._store.find_all(ids)} if ids else {}

    def _change(self, event: Event | None, sold: Mapping[str, Ticket]) -> Change | None:
        if isinstance(event, TicketState):
            return Change(_step(event), ticket_out(event, self._currency))
        if isinstance(event, OrderCompleted) and (ticket := sold.get(event.ticket.id)):
            return Change(TicketStep.SOLD, ticket_out(_held_by(ticket, event.id), self._currency))
        return None


def _held_by(ticket: Ticket, order_id: str) -> Ticket:
    """The ticket as it is once this service has applied the order's events."""
    return ticket if ticket.order_id == order_id else replace(ticket, order_id=order_id, version=ticket.version + 1)


def _step(event: TicketState) -> TicketStep:
    """Of an event of a release that did not record it, what it looks like."""
    return event.step or (TicketStep.RESERVED if event.order_id else TicketStep.FREED)
