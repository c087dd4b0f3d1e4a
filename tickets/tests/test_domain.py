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
def test_a_title_of_1_to_200_characters_is_taken_without_the_blanks_around_it(title: str) -> None:
    assert domain.checked_title(title) == title.strip()


@pytest.mark.parametrize("title", ["", " \t\n ", "x" * 201, "x" * 10_000, "a\0b", "a\nb", "\ud800", "\u200b\u200b"])
def test_what_cannot_be_read_on_one_line_is_no_title(title: str) -> None:
    with pytest.raises(ValueError, match=r"^must "):
        domain.checked_title(title)


def test_an_edit_raises_the_version() -> None:
    edited = domain.edit(TICKET, user_id=SELLER, title="Back row", price=900)
    assert (edited.title, edited.price, edited.version) == ("Back row", 900, TICKET.version + 1)


def test_an_edit_that_changes_nothing_is_none() -> None:
    assert domain.edit(TICKET, user_id=SELLER, title=TICKET.title, price=TICKET.price) is TICKET


def test_only_the_seller_edits_and_hears_that_before_anything_else() -> None:
    with pytest.raises(NotTheSeller):
        domain.edit(RESERVED, user_id=new_id(), title="Mine", price=50)


def test_a_reserved_ticket_is_not_edited() -> None:
    with pytest.raises(TicketReserved):
        domain.edit(RESERVED, user_id=SELLER, title="Back row", price=900)


def test_an_order_takes_the_ticket_and_a_cancelled_one_frees_it() -> None:
    freed = domain.apply_order(RESERVED, order_event(OrderCancelled, id="first", hold=3, version=1))
    assert (RESERVED.order_id, RESERVED.version) == ("first", 1)
    assert (freed.order_id, freed.version) == (None, 2)


def test_completing_the_order_that_holds_it_changes_nothing_that_others_see() -> None:
    sold = domain.apply_order(RESERVED, order_event(OrderCompleted, id="first", hold=3, version=1))
    assert (sold.order_id, sold.version, sold.fence) == ("first", RESERVED.version, Fence(3, 1))


def test_an_event_heard_again_changes_nothing() -> None:
    assert domain.apply_order(RESERVED, order_event(OrderCreated, id="first", hold=3)) is RESERVED
