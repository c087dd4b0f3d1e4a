"""The rules of a ticket."""

from datetime import UTC, datetime

import pytest

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated
from ticketing_common.mongo import new_id
from ticketing_test_support.samples import order_event
from ticketing_tickets import domain
from ticketing_tickets.domain import Fence, NotTheSeller, Ticket, TicketReserved

SELLER = new_id()
TICKET = Ticket(id=new_id(), title="Front row", price=1250, user_id=SELLER, created_at=datetime.now(UTC))
RESERVED = domain.apply_order(TICKET, order_event(OrderCreated, id="first", hold=3))


@pytest.mark.parametrize("title", ["x", "x" * 200, "Ελλάδα 日本 🎟️", "  two words \n"])
def test_valid_title_is_stripped(title: str) -> None:
    assert domain.checked_title(title) == title.strip()


@pytest.mark.parametrize("title", ["", " \t\n ", "x" * 201, "x" * 10_000, "a\0b", "a\nb", "\ud800", "\u200b\u200b"])
def test_invalid_title_raises(title: str) -> None:
    with pytest.raises(ValueError, match=r"^must "):
        domain.checked_title(title)


def test_edit_raises_the_version() -> None:
    edited = domain.edit(TICKET, user_id=SELLER, title="Back row", price=900)
    assert (edited.title, edited.price, edited.version) == ("Back row", 900, TICKET.version + 1)


def test_unchanged_edit_returns_the_same_ticket() -> None:
    assert domain.edit(TICKET, user_id=SELLER, title=TICKET.title, price=TICKET.price) is TICKET


def test_only_the_seller_edits() -> None:
    with pytest.raises(NotTheSeller):
        domain.edit(RESERVED, user_id=new_id(), title="Mine", price=50)


def test_reserved_ticket_cannot_be_edited() -> None:
    with pytest.raises(TicketReserved):
        domain.edit(RESERVED, user_id=SELLER, title="Back row", price=900)


def test_order_reserves_and_cancellation_releases_ticket() -> None:
    freed = domain.apply_order(RESERVED, order_event(OrderCancelled, id="first", hold=3, version=1))
    assert (RESERVED.order_id, RESERVED.version) == ("first", 1)
    assert (freed.order_id, freed.version) == (None, 2)


def test_completion_keeps_the_version() -> None:
    sold = domain.apply_order(RESERVED, order_event(OrderCompleted, id="first", hold=3, version=1))
    assert (sold.order_id, sold.version, sold.fence) == ("first", RESERVED.version, Fence(3, 1))


def test_repeated_event_changes_nothing() -> None:
    assert domain.apply_order(RESERVED, order_event(OrderCreated, id="first", hold=3)) is RESERVED
