"""I8: every open order is watched, and expires."""

from collections.abc import Iterator
from datetime import timedelta

from ticketing_common.events import OrderStatus
from ticketing_ops.auditing.books import Books, Finding, by_id

# The sweep fires what is two seconds late; then orders has to hear of it.
GRACE = timedelta(seconds=5)
_UNPAID = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)


def check_expiry(books: Books) -> Iterator[Finding]:
    """Open orders against the due times that expiration keeps."""
    expiries = by_id(books.expiries)
    for order in books.orders:
        if order["status"] not in _UNPAID:
            continue
        where, due = f"order {order['_id']}", order["expires_at"]
        expiry = expiries.get(order["_id"])
        if expiry is None:
            yield Finding("I8", where, "is open, and expiration does not watch it: it would hold its ticket for ever")
        elif expiry["due_at"] != due:
            yield Finding("I8", where, f"is open until {due:%X}, and expiration waits for {expiry['due_at']:%X}")
        if books.at > due + GRACE:
            yield Finding("I8", where, f"is still open, and its time ran out at {due.isoformat(timespec='seconds')}")
