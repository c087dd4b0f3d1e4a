"""I5 and I7: what was accepted is there and was said; what cannot be handled is parked, and waits for a person."""

from collections import Counter
from collections.abc import Iterator

from ticketing_ops.auditing.books import Books, Finding

PARKED = "I7"


def check_delivery(books: Books) -> Iterator[Finding]:
    """Accounts, outboxes, listeners and the dead letters."""
    yield from _accounts(books)
    yield from _outboxes(books)
    yield from _backlogs(books)
    for letter in books.parked:
        what = f"{letter.durable} parked {letter.event_id or letter.subject or 'a message'}: {letter.reason}"
        yield Finding(PARKED, f"parked message {letter.sequence}", what)


def _accounts(books: Books) -> Iterator[Finding]:
    for key, times in Counter(user["email_key"] for user in books.users).items():
        if times > 1:
            ids = sorted(user["_id"] for user in books.users if user["email_key"] == key)
            yield Finding("I5", f"accounts {', '.join(ids)}", f"{times} accounts have one and the same address")
    known = {user["_id"] for user in books.users}
    for kind, documents in (("seller", books.tickets), ("buyer", books.orders)):
        for user_id in {document["user_id"] for document in documents} - known:
            what = f"this {kind} has no account: the sign-up is lost, or the session was signed elsewhere"
            yield Finding("I5", f"account {user_id}", what)


def _outboxes(books: Books) -> Iterator[Finding]:
    outboxes = {"ticket": books.tickets, "order": books.orders, "payment of order": books.payments}
    for kind, documents in {**outboxes, "expiry of order": books.expiries}.items():
        for document in documents:
            for entry in document.get("outbox", ()):
                yield Finding("I5", f"{kind} {document['_id']}", f"its event {entry['id']} waits to be published")


def _backlogs(books: Books) -> Iterator[Finding]:
    """Where a listener moves on, the place of the finding does too: it is then another one."""
    for backlog in books.backlogs:
        if backlog.messages:
            where = f"listener {backlog.durable} after message {backlog.ack_floor}"
            yield Finding("I5", where, f"{backlog.messages} events are not handled yet")
