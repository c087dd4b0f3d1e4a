"""The rules of a ticket."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ticketing_common.events import OrderCancelled, OrderCompleted, OrderCreated, TicketStep
from ticketing_common.mongo import new_id
from ticketing_test_support.samples import order_event
from ticketing_tickets import domain
from ticketing_tickets.domain import Availability, Fence, NotTheSeller, Ticket, TicketReserved

SELLER = new_id()
TICKET = Ticket(id=new_id(), title="Front row", price=1250, user_id=SELLER, created_at=datetime.now(UTC))
RESERVED = domain.apply_order(TICKET, order_event(OrderCreated, id="first", hold=3))


@pytest.mark.parametrize("title", ["x", "x" * 200, "Ελλάδα 日本 🎟️", "  two words \n"])
def test_valid_title_is_stripped(title: str) -> None:
    assert domain.checked_title(title) == title.strip()


@pytest.mark.parametrize("title", ["", " \t\n ", "x" * 201, "x" * 10_000, "\u0301\u0323" * 20_000, "é" * 201])
def test_empty_or_long_title_raises(title: str) -> None:
    with pytest.raises(ValueError, match=r"^must have 1 to 200 characters"):
        domain.checked_title(title)


@pytest.mark.parametrize("char", ["\0", "\n", "\x85", "\x9f", "\u2028", "\u2029", "\ud800"])
def test_title_of_several_lines_or_with_controls_raises(char: str) -> None:
    with pytest.raises(ValueError, match=r"^must be one line without control characters"):
        domain.checked_title(f"a{char}b")


@pytest.mark.parametrize("char", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))])
def test_title_that_reads_as_another_raises(char: str) -> None:
    with pytest.raises(ValueError, match="override the direction"):
        domain.checked_title(f"{char}gnp.live")


INVISIBLE = {
    "empty Braille pattern": "\u2800",
    "combining marks": "\u0301\u20dd",
    "marks of a script": "\u093e\u064b",
    "zero-width": "\u200b\u200c\u200d\u2060\ufeff",
    "direction marks": "\u200e\u200f\u061c",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "variation selectors": "\ufe0f\U000e0100",
    "tags": "\U000e0067\U000e007f",
    "soft hyphen": "\xad",
    "spaces": "\xa0\u3000\u2003",
    "null notehead": "\U0001d159",
}


@pytest.mark.parametrize("title", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_invisible_title_raises(title: str) -> None:
    with pytest.raises(ValueError, match=r"visible character|1 to 200"):
        domain.checked_title(title)
    assert domain.checked_title(f"x{title}y") == f"x{title}y"


def test_title_is_stored_in_nfc() -> None:
    assert domain.checked_title("Cafe\u0301") == "Café"
    assert domain.checked_title("e\u0301" * 200) == "é" * 200
    assert domain.checked_title("\u03b1\u0313\u0301\u0345" * 200) == "ᾄ" * 200


@pytest.mark.parametrize("title", ["👩‍👩‍👧", "🏴\U000e0067\U000e0062\U000e007f", "❤️", "क्‍ष", "می‌خواهم", "שלום\u200f!"])
def test_joiners_and_selectors_inside_a_title_are_kept(title: str) -> None:
    assert domain.checked_title(title) == title


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
    assert (sold.availability, sold.reserved_until) == (Availability.SOLD, None)


def test_withdrawal_takes_effect_when_the_order_ends_unpaid() -> None:
    withdrawn = replace(RESERVED, withdrawn=True)
    assert withdrawn.availability is Availability.RESERVED
    expired = domain.apply_order(withdrawn, order_event(OrderCancelled, id="first", hold=3, version=1))
    assert expired.availability is Availability.WITHDRAWN
    paid = domain.apply_order(expired, order_event(OrderCompleted, id="first", hold=4, version=2))
    assert paid.availability is Availability.SOLD


FREED = domain.apply_order(RESERVED, order_event(OrderCancelled, id="first", hold=3, version=1))
STEPS = {
    TicketStep.RESERVED: (TICKET, RESERVED),
    TicketStep.FREED: (RESERVED, FREED),
    TicketStep.SOLD: (FREED, domain.apply_order(FREED, order_event(OrderCompleted, id="first", hold=4, version=2))),
    TicketStep.WITHDRAWN: (replace(RESERVED, withdrawn=True), replace(FREED, withdrawn=True)),
    TicketStep.EDITED: (TICKET, domain.edit(TICKET, user_id=SELLER, title="Back row", price=TICKET.price)),
    TicketStep.REPRICED: (TICKET, domain.edit(TICKET, user_id=SELLER, title="Back row", price=900)),
}


@pytest.mark.parametrize("step", STEPS)
def test_step_names_what_happened(step: TicketStep) -> None:
    assert domain.step_between(*STEPS[step]) is step


def test_withdrawal_is_a_step_of_its_own() -> None:
    assert domain.step_between(TICKET, replace(TICKET, withdrawn=True)) is TicketStep.WITHDRAWN


def test_repeated_event_changes_nothing() -> None:
    assert domain.apply_order(RESERVED, order_event(OrderCreated, id="first", hold=3)) is RESERVED
