"""I6: orders take legal paths only, and replicas agree with their owners once all events are handled."""

from collections.abc import Iterator, Mapping

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_ops.audit.snapshot import Amounts, Document, Finding, Snapshot, amounts, by_id

State = tuple[str, str | None]

_OPEN: State = (OrderStatus.CREATED.value, None)
_AWAITING_PAYMENT: State = (OrderStatus.AWAITING_PAYMENT.value, None)
_BY_BUYER: State = (OrderStatus.CANCELLED.value, CancelReason.BUYER.value)
_EXPIRED: State = (OrderStatus.CANCELLED.value, CancelReason.EXPIRED.value)
_COMPLETE: State = (OrderStatus.COMPLETE.value, None)
_STATES = (_OPEN, _AWAITING_PAYMENT, _BY_BUYER, _EXPIRED, _COMPLETE)

# (state, entry of the order's history) → next state
_TRANSITIONS: Mapping[tuple[State | None, str], State] = {
    (None, "reserved"): _OPEN,
    (_OPEN, "cancelled"): _BY_BUYER,
    (_EXPIRED, "cancelled"): _BY_BUYER,
    (_OPEN, "expired"): _EXPIRED,
    (_OPEN, "completed"): _COMPLETE,
    (_EXPIRED, "reinstated"): _COMPLETE,
}
_NO_TRANSITION = "refund_due"


def check_consistency(snapshot: Snapshot) -> Iterator[Finding]:
    """Each order's path, and each replica against its original."""
    yield from _tickets_in_orders(snapshot)
    yield from _fencing_tokens(snapshot)
    payments = by_id(snapshot.payments)
    for order in snapshot.orders:
        yield from _path(order)
        payment = payments.get(order["_id"])
        if payment is None:
            what = "payments does not know it: its order.created is lost or late"
            yield Finding("I6", f"order {order['_id']}", what)
        else:
            yield from _order_in_payments(order, payment)
            yield from _payment_in_orders(order, payment)


def _path(order: Document) -> Iterator[Finding]:
    where, state = f"order {order['_id']}", (order["status"], order["reason"])
    if state not in _STATES:
        yield Finding("I6", where, f"has the status {state[0]} with the reason {state[1]}, which is not a valid state")
        return
    steps = [entry["step"] for entry in order["history"] if entry["step"] != _NO_TRANSITION]
    reached: State | None = None
    for step in steps:
        if (reached, step) not in _TRANSITIONS:
            yield Finding("I6", where, f"took an illegal path: {' → '.join(steps)}")
            return
        reached = _TRANSITIONS[reached, step]
    if state not in (reached, _AWAITING_PAYMENT):
        yield Finding("I6", where, f"is {_text(state)}, which its history ({' → '.join(steps)}) contradicts")


def _tickets_in_orders(snapshot: Snapshot) -> Iterator[Finding]:
    replicas = by_id(snapshot.known_tickets)
    for ticket in snapshot.tickets:
        where, replica = f"ticket {ticket['_id']}", replicas.pop(ticket["_id"], None)
        if replica is None:
            yield Finding("I6", where, "orders does not know it: its ticket.created is lost or late")
        elif replica["version"] != ticket["version"]:
            yield Finding("I6", where, _versions("orders", replica["version"], "tickets", ticket["version"]))
        elif (replica["title"], replica["price"]) != (ticket["title"], ticket["price"]):
            what = f"costs {replica['price']} in orders and, at the same version, {ticket['price']} in tickets"
            yield Finding("I6", where, what)
        elif replica.get("withdrawn", False) != ticket.get("withdrawn", False):
            yield Finding("I6", where, f"has withdrawn={replica.get('withdrawn', False)} in orders, not so in tickets")
    for ticket_id in replicas:
        yield Finding("I6", f"ticket {ticket_id}", "orders knows it, but tickets does not")


def _order_in_payments(order: Document, payment: Document) -> Iterator[Finding]:
    where, replica = f"order {order['_id']}", payment["order"]
    if replica["version"] > order["version"]:
        yield Finding("I6", where, _versions("payments", replica["version"], "orders", order["version"]))
    # A change of what a payment shows publishes no event, a change of the status does.
    theirs, ours = (replica["status"], replica["reason"]), (order["status"], order["reason"])
    if theirs != ours:
        yield Finding("I6", where, f"is {_text(theirs)} in payments and {_text(ours)} in orders")


def _payment_in_orders(order: Document, payment: Document) -> Iterator[Finding]:
    where, shown = f"order {order['_id']}", order["payments"].get(payment["id"])
    if shown is None:
        return
    if shown["version"] > payment["version"]:
        yield Finding("I6", where, _versions("orders", shown["version"], "payments", payment["version"]))
    replica = Amounts(shown["captured"], shown["refunded"], shown["disputed"])
    if replica != amounts(payment):
        yield Finding("I6", where, f"shows its buyer {replica}, but payments has {amounts(payment)}")


def _fencing_tokens(snapshot: Snapshot) -> Iterator[Finding]:
    highest: dict[str, tuple[int, int]] = {}
    for order in snapshot.orders:
        ticket_id, token = order["ticket"]["id"], (order["hold"], order["version"])
        highest[ticket_id] = max(highest.get(ticket_id, token), token)
    for ticket in snapshot.tickets:
        token, issued = (ticket["hold"], ticket["order_version"]), highest.get(ticket["_id"], (-1, -1))
        if token > issued:
            what = f"has applied hold and version {token}, but orders has only issued {issued}"
            yield Finding("I6", f"ticket {ticket['_id']}", what)


def _text(state: State) -> str:
    return f"{state[0]} ({state[1]})" if state[1] else state[0]


def _versions(replica_of: str, replica: int, owner: str, version: int) -> str:
    cause = "which is impossible" if replica > version else "an event is lost or late"
    return f"is at version {replica} in {replica_of} and {version} in {owner}: {cause}"
