"""I6: legal statuses, and copies that agree with their owners once all is heard."""

from collections.abc import Iterator, Mapping

from ticketing_common.events import CancelReason, OrderStatus
from ticketing_ops.auditing.books import Books, Document, Finding, by_id, moved

_OPEN = (OrderStatus.CREATED.value, None)
_BY_BUYER = (OrderStatus.CANCELLED.value, CancelReason.BUYER.value)
_EXPIRED = (OrderStatus.CANCELLED.value, CancelReason.EXPIRED.value)
_COMPLETE = (OrderStatus.COMPLETE.value, None)
_STATES = (_OPEN, (OrderStatus.AWAITING_PAYMENT.value, None), _BY_BUYER, _EXPIRED, _COMPLETE)

State = tuple[str, str | None]
# Where each line of an order's history leads, from where it may come.
_PATHS: Mapping[tuple[State | None, str], State] = {
    (None, "reserved"): _OPEN,
    (_OPEN, "cancelled"): _BY_BUYER,
    (_EXPIRED, "cancelled"): _BY_BUYER,
    (_OPEN, "expired"): _EXPIRED,
    (_OPEN, "completed"): _COMPLETE,
    (_EXPIRED, "reinstated"): _COMPLETE,
}
_NO_STEP = "refund_due"


def check_states(books: Books) -> Iterator[Finding]:
    """Each order's path, and each copy against what it is a copy of."""
    for order in books.orders:
        yield from _path(order)
    yield from _known_tickets(books)
    yield from _known_orders(books)
    yield from _known_payments(books)
    yield from _fences(books)


def _path(order: Document) -> Iterator[Finding]:
    where, state = f"order {order['_id']}", (order["status"], order["reason"])
    if state not in _STATES:
        yield Finding(
            "I6", where, f"has the status {state[0]} with the reason {state[1]}, which is no state of an order"
        )
        return
    steps = [line["step"] for line in order["history"] if line["step"] != _NO_STEP]
    at: State | None = None
    for step in steps:
        if (at, step) not in _PATHS:
            yield Finding("I6", where, f"went an illegal path: {' → '.join(steps)}")
            return
        at = _PATHS[at, step]
    if at != state and order["status"] != OrderStatus.AWAITING_PAYMENT:
        yield Finding("I6", where, f"is {_said(state)}, and its history ({' → '.join(steps)}) says otherwise")


def _known_tickets(books: Books) -> Iterator[Finding]:
    known, owned = by_id(books.known_tickets), by_id(books.tickets)
    for ticket_id, ticket in owned.items():
        where, copy = f"ticket {ticket_id}", known.get(ticket_id)
        if copy is None:
            yield Finding("I6", where, "orders has not heard of it: its ticket.created is lost or late")
        elif copy["version"] != ticket["version"]:
            yield Finding("I6", where, _versions("orders", copy["version"], "tickets", ticket["version"]))
        elif (copy["title"], copy["price"]) != (ticket["title"], ticket["price"]):
            what = (
                f"orders knows it at the price {copy['price']}, and tickets, at the same version, at {ticket['price']}"
            )
            yield Finding("I6", where, what)
    for ticket_id in known.keys() - owned.keys():
        yield Finding("I6", f"ticket {ticket_id}", "orders knows it, but tickets does not")


def _known_orders(books: Books) -> Iterator[Finding]:
    payments = by_id(books.payments)
    for order in books.orders:
        where, payment = f"order {order['_id']}", payments.get(order["_id"])
        if payment is None:
            yield Finding("I6", where, "payments has not heard of it: its order.created is lost or late")
            continue
        copy = payment["order"]
        if copy["version"] > order["version"]:
            yield Finding("I6", where, _versions("payments", copy["version"], "orders", order["version"]))
        # Not each version is announced (what a payment shows is not), but each status is.
        if (copy["status"], copy["reason"]) != (order["status"], order["reason"]):
            said, is_now = _said((copy["status"], copy["reason"])), _said((order["status"], order["reason"]))
            yield Finding("I6", where, f"is {said} by payments, and {is_now} by orders")


def _known_payments(books: Books) -> Iterator[Finding]:
    payments = by_id(books.payments)
    for order in books.orders:
        where, payment = f"order {order['_id']}", payments.get(order["_id"])
        shown = order["payments"].get(payment["id"]) if payment is not None else None
        if payment is None or shown is None:
            continue
        if shown["version"] > payment["version"]:
            yield Finding("I6", where, _versions("orders", shown["version"], "payments", payment["version"]))
        figures, now = (shown["captured"], shown["refunded"], shown["disputed"]), moved(payment)
        if figures != (now.captured, now.refunded, now.held):
            told = "captured {}, refunded {}, disputed {}".format(*figures)
            yield Finding("I6", where, f"shows its buyer {told}; payments has {now}")


def _fences(books: Books) -> Iterator[Finding]:
    highest: dict[str, tuple[int, int]] = {}
    for order in books.orders:
        ticket_id, fence = order["ticket"]["id"], (order["hold"], order["version"])
        highest[ticket_id] = max(highest.get(ticket_id, fence), fence)
    for ticket in books.tickets:
        fence, top = (ticket["hold"], ticket["order_version"]), highest.get(ticket["_id"], (-1, -1))
        if fence > top:
            what = f"has heard of hold and version {fence}, and orders has come to {top} only"
            yield Finding("I6", f"ticket {ticket['_id']}", what)


def _said(state: State) -> str:
    return f"{state[0]} ({state[1]})" if state[1] else state[0]


def _versions(copier: str, copy: int, owner: str, version: int) -> str:
    advice = "that cannot be" if copy > version else "an event is lost or late"
    return f"{copier} knows version {copy}, and {owner} has {version}: {advice}"
