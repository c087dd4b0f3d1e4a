"""I5 and I7: accepted writes and their events are there; what cannot be handled is dead-lettered."""

from collections import defaultdict
from collections.abc import Iterator

from ticketing_ops.audit.snapshot import Finding, Snapshot
from ticketing_ops.dead_letters.text import summarize

DEAD_LETTERED = "I7"


def check_delivery(snapshot: Snapshot) -> Iterator[Finding]:
    """Accounts, outboxes, consumers and dead letters."""
    yield from _accounts(snapshot)
    yield from _outboxes(snapshot)
    yield from _backlogs(snapshot)
    for letter in snapshot.dead_letters:
        message = letter.event_id or letter.subject or "a message"
        what = f"{letter.durable} could not handle {message}: {summarize(letter.reason)}"
        yield Finding(DEAD_LETTERED, f"dead letter {letter.sequence}", what)


def _accounts(snapshot: Snapshot) -> Iterator[Finding]:
    ids_by_email = defaultdict[str, list[str]](list)
    for user in snapshot.users:
        ids_by_email[user["email_key"]].append(user["_id"])
    for ids in ids_by_email.values():
        if len(ids) > 1:
            yield Finding("I5", f"accounts {', '.join(sorted(ids))}", f"{len(ids)} accounts share one email address")
    known = {user["_id"] for user in snapshot.users}
    for role, documents in (("seller", snapshot.tickets), ("buyer", snapshot.orders)):
        for user_id in {document["user_id"] for document in documents} - known:
            what = f"this {role} has no account: the sign-up is lost, or the session was signed elsewhere"
            yield Finding("I5", f"account {user_id}", what)


def _outboxes(snapshot: Snapshot) -> Iterator[Finding]:
    outboxes = {"ticket": snapshot.tickets, "order": snapshot.orders, "payment of order": snapshot.payments}
    for kind, documents in {**outboxes, "expiry of order": snapshot.expiries}.items():
        for document in documents:
            for entry in document.get("outbox", ()):
                yield Finding("I5", f"{kind} {document['_id']}", f"its event {entry['id']} waits to be published")


def _backlogs(snapshot: Snapshot) -> Iterator[Finding]:
    """A consumer that makes progress changes the place of the finding: it is then a different one."""
    for backlog in snapshot.backlogs:
        if backlog.messages:
            where = f"consumer {backlog.durable} after message {backlog.ack_floor}"
            yield Finding("I5", where, f"{backlog.messages} events are not handled yet")
