"""I1 and I4: one live order a ticket, and tickets that name it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from ticketing_ops.auditing.books import Books, Document, Finding, is_live


def check_reservations(books: Books) -> Iterator[Finding]:
    """Who holds a ticket, by orders and by tickets."""
    orders = defaultdict[str, list[Document]](list)
    for order in books.orders:
        orders[order["ticket"]["id"]].append(order)
        yield from _flag(order)
    for ticket_id, claims in orders.items():
        yield from _one_live_order(ticket_id, claims)
        yield from _holds(ticket_id, claims)
    for ticket in books.tickets:
        yield from _holder(ticket, orders.get(ticket["_id"], []))
    known = {ticket["_id"] for ticket in books.tickets}
    for ticket_id in orders.keys() - known:
        yield Finding("I4", f"ticket {ticket_id}", "has orders, but tickets does not know it")


def _flag(order: Document) -> Iterator[Finding]:
    if order["live"] != is_live(order):
        yield Finding(
            "I1",
            f"order {order['_id']}",
            f"is {order['status']} and has live={order['live']}: the unique index on live orders does not see it",
        )


def _one_live_order(ticket_id: str, claims: Sequence[Document]) -> Iterator[Finding]:
    live = sorted(order["_id"] for order in claims if is_live(order))
    if len(live) > 1:
        yield Finding("I1", f"ticket {ticket_id}", f"is sold {len(live)} times, to the live orders {', '.join(live)}")


def _holds(ticket_id: str, claims: Sequence[Document]) -> Iterator[Finding]:
    highest = max(order["hold"] for order in claims)
    for hold, times in Counter(order["hold"] for order in claims).items():
        if times > 1:
            ids = sorted(order["_id"] for order in claims if order["hold"] == hold)
            yield Finding("I1", f"ticket {ticket_id}", f"has hold {hold} in {times} orders: {', '.join(ids)}")
    for order in claims:
        if is_live(order) and order["hold"] < highest:
            what = f"is live with hold {order['hold']}, and a later order has {highest}: tickets does not listen to it"
            yield Finding("I1", f"order {order['_id']}", what)


def _holder(ticket: Document, claims: Sequence[Document]) -> Iterator[Finding]:
    where, named = f"ticket {ticket['_id']}", ticket["order_id"]
    live = sorted(order["_id"] for order in claims if is_live(order))
    if named is None and live:
        yield Finding("I4", where, f"is free by tickets, and orders has the live order {', '.join(live)}")
    elif named is not None and named not in live:
        orders_say = f"the live order {', '.join(live)}" if live else "no live order"
        yield Finding("I4", where, f"is held by order {named} by tickets, and orders has {orders_say}")
    if ticket["buyable"] != (named is None):
        yield Finding("I4", where, f"has buyable={ticket['buyable']} and the order {named}: it is listed wrongly")
