"""A seller's tickets as CSV (RFC 4180) for spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime

from ticketing_common.currency import Currency
from ticketing_tickets.domain import Ticket

_COLUMNS = ("Ticket", "Title", "Price", "Currency", "State", "Reserved until", "Listed at")
# Without it Excel reads UTF-8 as the system's legacy encoding.
_BYTE_ORDER_MARK = "\ufeff"
# What makes a spreadsheet evaluate a cell (OWASP: CSV Injection, ASVS 1.2.10), also in full width.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


async def csv_of(pages: AsyncIterator[Sequence[Ticket]], currency: Currency) -> AsyncIterator[str]:
    """The file in pieces, one for each page of tickets, which is read when the piece before it was sent."""
    yield _BYTE_ORDER_MARK + _lines([_COLUMNS])
    async for tickets in pages:
        yield _lines(_row(ticket, currency) for ticket in tickets)


def as_text(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would evaluate."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def _row(ticket: Ticket, currency: Currency) -> Sequence[str]:
    return (
        ticket.id,
        as_text(ticket.title),
        currency.format_amount(ticket.price).replace(",", ""),
        currency.code.upper(),
        ticket.availability.value,
        _moment(ticket.reserved_until),
        _moment(ticket.created_at),
    )


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def _lines(rows: Iterable[Sequence[str]]) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue()
