"""What can happen to a ticket, with a store in memory in which others get ahead of us on demand."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ticketing_common.errors import NotFound, Unavailable
from ticketing_common.events import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    TicketCreated,
    TicketState,
    TicketUpdated,
)
from ticketing_common.mongo import new_id
from ticketing_test_support.samples import order_event
from ticketing_tickets import domain, use_cases
from ticketing_tickets.domain import Ticket, TicketReserved

SELLER = new_id()


class TicketsInMemory:
    """A store whose compare-and-set is as strict as the real one. `meanwhile` happens once, before the next write."""

    def __init__(self, *tickets: Ticket) -> None:
        self.stored = {ticket.id: ticket for ticket in tickets}
        self.said: list[TicketState] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def add(self, ticket: Ticket, event: TicketState) -> None:
        self.stored[ticket.id] = ticket
        self.said.append(event)

    async def find(self, ticket_id: str) -> Ticket | None:
        return self.stored.get(ticket_id)

    async def find_buyable(self, *, after: str | None, limit: int) -> list[Ticket]:
        return self._list(lambda ticket: ticket.order_id is None, after, limit)

    async def find_by_seller(self, seller_id: str, *, after: str | None, limit: int) -> list[Ticket]:
        return self._list(lambda ticket: ticket.user_id == seller_id, after, limit)

    async def save(self, before: Ticket, after: Ticket, event: TicketState | None) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if self.stored[before.id] != before:
            return False
        self.stored[after.id] = after
        self.said.extend([event] if event else [])
        return True

    def _list(self, shown: Callable[[Ticket], bool], after: str | None, limit: int) -> list[Ticket]:
        newest_first = [self.stored[key] for key in sorted(self.stored, reverse=True)]
        return [ticket for ticket in newest_first if shown(ticket) and (after is None or ticket.id < after)][:limit]


def a_ticket() -> Ticket:
    return Ticket(id=new_id(), title="Front row", price=1250, user_id=SELLER, created_at=datetime.now(UTC))


async def test_a_new_ticket_is_told_at_version_0() -> None:
    tickets = TicketsInMemory()
    ticket = await use_cases.create_ticket(
        tickets, ticket_id=new_id(), seller_id=SELLER, title="Front row", price=1250, now=datetime.now(UTC)
    )
    assert tickets.said == [
        TicketCreated(id=ticket.id, version=0, title="Front row", price=1250, user_id=SELLER, order_id=None)
    ]


async def test_an_edit_is_told_with_the_next_version() -> None:
    ticket = a_ticket()
    tickets = TicketsInMemory(ticket)
    await use_cases.edit_ticket(tickets, ticket_id=ticket.id, user_id=SELLER, title="Back row", price=900)
    assert tickets.said == [TicketUpdated(id=ticket.id, version=1, title="Back row", price=900, user_id=SELLER)]


async def test_an_edit_that_changes_nothing_writes_and_tells_nothing() -> None:
    ticket = a_ticket()
    tickets = TicketsInMemory(ticket)
    edited = await use_cases.edit_ticket(tickets, ticket_id=ticket.id, user_id=SELLER, title="Front row", price=1250)
    assert (edited, tickets.said) == (ticket, [])


@pytest.mark.parametrize("ticket_id", ["no id", "", "A" * 24, "6b03400a378002db41e476fa"])
async def test_a_ticket_that_is_not_there_is_not_found(ticket_id: str) -> None:
    tickets = TicketsInMemory(a_ticket())
    with pytest.raises(NotFound):
        await use_cases.get_ticket(tickets, ticket_id)
    with pytest.raises(NotFound):
        await use_cases.edit_ticket(tickets, ticket_id=ticket_id, user_id=SELLER, title="x", price=50)


async def test_an_order_that_gets_ahead_of_an_edit_wins() -> None:
    ticket = a_ticket()
    tickets = TicketsInMemory(ticket)
    reserved = domain.apply_order(ticket, order_event(OrderCreated, ticket_id=ticket.id))
    tickets.meanwhile = lambda: tickets.stored.update({ticket.id: reserved})
    with pytest.raises(TicketReserved):
        await use_cases.edit_ticket(tickets, ticket_id=ticket.id, user_id=SELLER, title="Back row", price=900)
    assert (tickets.stored[ticket.id], tickets.said) == (reserved, [])


async def test_an_edit_that_gets_ahead_of_an_order_stays() -> None:
    ticket = a_ticket()
    tickets = TicketsInMemory(ticket)
    edited = domain.edit(ticket, user_id=SELLER, title="Back row", price=900)
    tickets.meanwhile = lambda: tickets.stored.update({ticket.id: edited})
    after = await use_cases.apply_order(tickets, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    assert (after.title, after.order_id, after.version) == ("Back row", "first", 2)


async def test_a_cancellation_that_gets_ahead_of_its_own_order_keeps_the_ticket_free() -> None:
    """The cancellation moves nothing but the fence; a write that compared only the version would lock the ticket."""
    ticket = a_ticket()
    tickets = TicketsInMemory(ticket)
    cancelled = domain.apply_order(ticket, order_event(OrderCancelled, id="first", ticket_id=ticket.id, version=1))
    tickets.meanwhile = lambda: tickets.stored.update({ticket.id: cancelled})
    after = await use_cases.apply_order(tickets, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    assert (after.order_id, after.version, tickets.said) == (None, 0, [])


async def test_completing_is_remembered_but_not_told() -> None:
    ticket = a_ticket()
    tickets = TicketsInMemory(ticket)
    await use_cases.apply_order(tickets, order_event(OrderCreated, id="first", ticket_id=ticket.id))
    await use_cases.apply_order(tickets, order_event(OrderCompleted, id="first", ticket_id=ticket.id, version=1))
    assert [(event.version, event.order_id) for event in tickets.said] == [(1, "first")]
    assert tickets.stored[ticket.id].fence == (1, 1)


async def test_an_order_of_a_ticket_that_is_not_there_fails() -> None:
    with pytest.raises(NotFound):
        await use_cases.apply_order(TicketsInMemory(), order_event(OrderCreated))


async def test_after_too_many_lost_races_the_change_is_put_off() -> None:
    ticket = a_ticket()

    class Crowded(TicketsInMemory):
        async def save(self, before: Ticket, after: Ticket, event: TicketState | None) -> bool:
            return False

    with pytest.raises(Unavailable):
        await use_cases.apply_order(Crowded(ticket), order_event(OrderCreated, ticket_id=ticket.id))
