"""I8: every open order is scheduled to expire, and does."""

from collections.abc import Iterator
from datetime import timedelta

from ticketing_common.events import OrderStatus
from ticketing_ops.audit.snapshot import Finding, Snapshot, by_id

# The sweep fires orders that are two seconds late; then orders has to handle the event.
GRACE = timedelta(seconds=5)
_UNPAID = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)


def check_expiration(snapshot: Snapshot) -> Iterator[Finding]:
    """Open orders against the due times that expiration keeps."""
    expiries = by_id(snapshot.expiries)
    for order in snapshot.orders:
        if order["status"] not in _UNPAID:
            continue
        where, due, expiry = f"order {order['_id']}", order["expires_at"], expiries.get(order["_id"])
        if expiry is None:
            yield Finding("I8", where, "is open, and expiration does not know it: it would hold its ticket forever")
        elif expiry["due_at"] != due:
            yield Finding("I8", where, f"is open until {due:%X}, but expiration has {expiry['due_at']:%X}")
        if snapshot.at > due + GRACE:
            yield Finding("I8", where, f"is still open, although it expired at {due.isoformat(timespec='seconds')}")
