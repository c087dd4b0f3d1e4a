"""`ticketing audit`: does the running stack keep its promises?"""

import asyncio
import json
import time
from collections.abc import Mapping

from ticketing_common.errors import Unavailable
from ticketing_ops.auditing import findings
from ticketing_ops.auditing.books import Books, Finding, moved
from ticketing_ops.auditing.delivery import PARKED
from ticketing_ops.auditing.gathering import Reader, reading
from ticketing_ops.errors import OperationError

LOOK_AGAIN_SECONDS = 1.0


def audit(urls: Mapping[str, str], *, settle: float, as_json: bool) -> int:
    """Print each violation of I1 to I8 and each parked message; exit status 1 when there is one.

    Raises OperationError when a part of the stack cannot be read.
    """
    try:
        books, found = asyncio.run(_audit(urls, settle))
    except Unavailable as error:
        raise OperationError(f"The audit cannot be made: {error.message} See `ticketing ps` for what runs.") from None
    print(_as_json(books, found) if as_json else _as_text(books, found))
    return 1 if found else 0


async def _audit(urls: Mapping[str, str], settle: float) -> tuple[Books, list[Finding]]:
    async with reading(urls) as reader:
        return await _settled(reader, give_up=time.monotonic() + settle)


async def _settled(reader: Reader, *, give_up: float) -> tuple[Books, list[Finding]]:
    """Look until nothing is wrong or it is time to give up. Only what stands in two looks running counts: between two
    reads of one look the stack goes on."""
    books = await reader.look()
    found = findings(books)
    while found:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        before = {(item.promise, item.where) for item in found}
        books = await reader.look()
        found = findings(books)
        if time.monotonic() > give_up or all(item.promise == PARKED for item in found):
            return books, [item for item in found if item.promise == PARKED or (item.promise, item.where) in before]
    return books, found


def _counts(books: Books) -> dict[str, int]:
    figures = [moved(payment) for payment in books.payments]
    return {
        "accounts": len(books.users),
        "tickets": len(books.tickets),
        "orders": len(books.orders),
        "payments": sum(figure.captured > 0 for figure in figures),
        "captured": sum(figure.captured for figure in figures),
        "refunded": sum(figure.refunded for figure in figures),
        "disputed": sum(figure.held for figure in figures),
        "parked": len(books.parked),
    }


def _as_text(books: Books, found: list[Finding]) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in _counts(books).items())
    compared = "Stripe's ledger agrees" if books.ledger is not None else "Stripe's own ledger was not read"
    if not found:
        return f"clean: {counts} (amounts in minor units; {compared})"
    promises = ", ".join(sorted({item.promise for item in found}))
    return "\n".join([*map(str, found), f"{len(found)} found, of {promises}, among {counts} (amounts in minor units)"])


def _as_json(books: Books, found: list[Finding]) -> str:
    shown = [{"promise": item.promise, "where": item.where, "what": item.what} for item in found]
    return json.dumps({"clean": not found, "counts": _counts(books), "findings": shown}, indent=2)
