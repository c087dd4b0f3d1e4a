"""Deliveries of events, on disk until the endpoint has answered 2xx."""

from typing import Any, Literal, NamedTuple

from stripe_emulator.faults import Faults
from stripe_emulator.storage.database import Database, Value

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 60.0
GIVE_UP_SECONDS = 3 * 24 * 3600  # Stripe tries for three days
RELEASE_GAP_SECONDS = 0.1  # released deliveries start this far apart, so that their order is the one asked for


class Delivery(NamedTuple):
    """One event to be sent once."""

    seq: int
    event: str
    type: str
    state: str
    due: float
    created: float
    attempts: int
    last_error: str | None


class WebhookQueue:
    """What is to be delivered; without an endpoint (`enabled` false) nothing is queued."""

    def __init__(self, database: Database, faults: Faults, *, enabled: bool) -> None:
        self._database = database
        self._faults = faults
        self.enabled = enabled

    def enqueue(self, event: dict[str, Any], now: float) -> None:
        """Queue an event; withheld, doubled or late if such a fault is armed."""
        if not self.enabled:
            return
        state, copies, due = "pending", 1, now
        for armed in self._faults.strike_event(event["type"]):
            match armed.fault.kind:
                case "withhold":
                    state = "withheld"
                case "duplicate":
                    copies = armed.fault.copies
                case "reorder" if armed.hits % 2 == 0:  # every other one is late: its successor overtakes it
                    due = now + armed.fault.seconds
        for _ in range(copies):
            self._insert(event, state=state, due=due, now=now)

    def _insert(self, event: dict[str, Any], *, state: str, due: float, now: float) -> None:
        sql = "insert into deliveries (event, type, state, due, created) values (?, ?, ?, ?, ?)"
        self._database.run(sql, event["id"], event["type"], state, due, now)

    def resend(self, event: dict[str, Any], now: float) -> None:
        """Send an event again, as the dashboard's button does; no fault applies."""
        self._insert(event, state="pending", due=now, now=now)

    def release(self, now: float, *, order: Literal["created", "reversed"]) -> int:
        """Let go what is withheld, in this order; how many."""
        held = self._select("where state = 'withheld' order by seq" + (" desc" if order == "reversed" else ""))
        for place, delivery in enumerate(held):
            sql = "update deliveries set state = 'pending', due = ? where seq = ?"
            self._database.run(sql, now + place * RELEASE_GAP_SECONDS, delivery.seq)
        return len(held)

    def due(self, now: float, *, limit: int) -> list[Delivery]:
        return self._select("where state = 'pending' and due <= ? order by due, seq limit ?", now, limit)

    def next_due(self) -> float | None:
        rows = self._database.rows("select min(due) from deliveries where state = 'pending'")
        return None if rows[0][0] is None else float(rows[0][0])

    def start(self, delivery: Delivery) -> None:
        self._database.run("update deliveries set state = 'sending' where seq = ?", delivery.seq)

    def restart(self) -> None:
        """After a crash: what was being sent is sent again."""
        self._database.run("update deliveries set state = 'pending' where state = 'sending'")

    def delivered(self, delivery: Delivery) -> None:
        sql = "update deliveries set state = 'delivered', attempts = attempts + 1, last_error = null where seq = ?"
        self._database.run(sql, delivery.seq)

    def failed(self, delivery: Delivery, error: str, now: float) -> None:
        """Try again after a delay that doubles, for three days."""
        delay = min(FIRST_RETRY_SECONDS * 2.0**delivery.attempts, LONGEST_RETRY_SECONDS)
        state = "pending" if now + delay < delivery.created + GIVE_UP_SECONDS else "given_up"
        sql = "update deliveries set state = ?, due = ?, attempts = attempts + 1, last_error = ? where seq = ?"
        self._database.run(sql, state, now + delay, error, delivery.seq)

    def recent(self, *, limit: int) -> list[Delivery]:
        """The newest deliveries, newest first."""
        return self._select("order by seq desc limit ?", limit)

    def _select(self, clause: str, *values: Value) -> list[Delivery]:
        columns = "seq, event, type, state, due, created, attempts, last_error"
        rows = self._database.rows(f"select {columns} from deliveries {clause}", *values)  # noqa: S608 - clauses are ours
        return [Delivery._make(row) for row in rows]
