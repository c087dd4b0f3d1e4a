"""Maps a ticket to its events."""

from ticketing_common.events import TicketCreated, TicketState, TicketStep, TicketUpdated, TicketWithdrawn
from ticketing_tickets.domain import Ticket, step_between

_EVENTS: dict[TicketStep, type[TicketState]] = {
    TicketStep.NEW: TicketCreated,
    TicketStep.WITHDRAWN: TicketWithdrawn,
}


def listed(ticket: Ticket) -> TicketState:
    """A new ticket's event."""
    return _event(ticket, TicketStep.NEW)


def withdrawn(ticket: Ticket) -> TicketState:
    """That a ticket is off sale."""
    return _event(ticket, TicketStep.WITHDRAWN)


def event_between(before: Ticket, after: Ticket) -> TicketState | None:
    """The event of a change; None when the version stayed: others cannot see it."""
    return _event(after, step_between(before, after)) if after.version > before.version else None


def _event(ticket: Ticket, step: TicketStep) -> TicketState:
    return _EVENTS.get(step, TicketUpdated)(
        id=ticket.id,
        version=ticket.version,
        title=ticket.title,
        price=ticket.price,
        user_id=ticket.user_id,
        order_id=ticket.order_id,
        reserved_until=ticket.reserved_until,
        withdrawn=ticket.withdrawn,
        step=step,
    )
