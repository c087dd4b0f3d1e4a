"""I1, I4 and I9: at most one live order for a ticket, tickets that name it, and a limit for each buyer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ticketing_common.events import OrderStatus
from ticketing_ops.audit.snapshot import Document, Finding, Snapshot, is_live


def check_reservations(snapshot: Snapshot) -> Iterator[Finding]:
    """Who holds a ticket, according to orders and to tickets."""
    orders_by_ticket = defaultdict[str, list[Document]](list)
    for order in snapshot.orders:
        orders_by_ticket[order["ticket"]["id"]].append(order)
        if order["live"] != is_live(order):
            what = f"is {order['status']} with live={order['live']}: the unique index on live orders does not cover it"
            yield Finding("I1", f"order {order['_id']}", what)
    yield from _slots(snapshot.orders)
    for ticket_id, orders in orders_by_ticket.items():
        yield from _one_live_order(ticket_id, orders)
        yield from _holds(ticket_id, orders)
    for ticket in snapshot.tickets:
        yield from _holder(ticket, orders_by_ticket.pop(ticket["_id"], []))
    for ticket_id in orders_by_ticket:
        yield Finding("I4", f"ticket {ticket_id}", "has orders, but tickets does not know it")


def _one_live_order(ticket_id: str, orders: Sequence[Document]) -> Iterator[Finding]:
    live = sorted(order["_id"] for order in orders if is_live(order))
    if len(live) > 1:
        yield Finding("I1", f"ticket {ticket_id}", f"has {len(live)} live orders: {', '.join(live)}")


def _holds(ticket_id: str, orders: Sequence[Document]) -> Iterator[Finding]:
    ids_by_hold = defaultdict[int, list[str]](list)
    for order in orders:
        ids_by_hold[order["hold"]].append(order["_id"])
    for hold, ids in ids_by_hold.items():
        if len(ids) > 1:
            what = f"has hold {hold} in {len(ids)} orders: {', '.join(sorted(ids))}"
            yield Finding("I1", f"ticket {ticket_id}", what)
    highest = max(ids_by_hold)
    for order in orders:
        if is_live(order) and order["hold"] < highest:
            what = f"is live with hold {order['hold']}, but a later order has {highest}: tickets ignores it"
            yield Finding("I1", f"order {order['_id']}", what)


def _slots(orders: Sequence[Document]) -> Iterator[Finding]:
    """A slot is for one open order: their number limits the buyer's."""
    ids_by_slot = defaultdict[tuple[str, int], list[str]](list)
    for order in orders:
        if order["status"] == OrderStatus.CREATED and order.get("slot") is not None:
            ids_by_slot[order["user_id"], order["slot"]].append(order["_id"])
    for (user_id, slot), ids in ids_by_slot.items():
        if len(ids) > 1:
            what = f"has slot {slot} in {len(ids)} open orders: {', '.join(sorted(ids))}"
            yield Finding("I9", f"user {user_id}", what)


def _holder(ticket: Document, orders: Sequence[Document]) -> Iterator[Finding]:
    where, holder = f"ticket {ticket['_id']}", ticket["order_id"]
    live = sorted(order["_id"] for order in orders if is_live(order))
    if holder is None and live:
        yield Finding("I4", where, f"is free in tickets, but orders has the live order {', '.join(live)}")
    elif holder is not None and holder not in live:
        in_orders = f"the live order {', '.join(live)}" if live else "no live order"
        yield Finding("I4", where, f"is held by order {holder} in tickets, but orders has {in_orders}")
    withdrawn = ticket.get("withdrawn", False)  # absent in tickets of releases that could not withdraw them
    if ticket["buyable"] != (holder is None and not withdrawn):
        state = f"order_id={holder} and withdrawn={withdrawn}"
        yield Finding("I4", where, f"has buyable={ticket['buyable']} with {state}: it is listed wrongly")
