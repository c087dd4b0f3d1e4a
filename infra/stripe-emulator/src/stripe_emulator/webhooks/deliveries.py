"""Webhook deliveries, on disk until the endpoint responds 2xx."""

from typing import Any, Literal, NamedTuple

from stripe_emulator.database import Database, Value
from stripe_emulator.faults import Faults

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 60.0
RETRY_FOR_SECONDS = 3 * 24 * 3600  # as Stripe does
RELEASE_INTERVAL_SECONDS = 0.1  # between released deliveries, so that they arrive in order


class Delivery(NamedTuple):
    """One event to deliver."""

    seq: int
    event: str
    type: str
    state: str
    due: float
    created: float
    attempts: int
    last_error: str | None


class Deliveries:
    """The queue; without an endpoint (`enabled` is false) nothing is queued."""

    def __init__(self, database: Database, faults: Faults, *, enabled: bool) -> None:
        self._database = database
        self._faults = faults
        self.enabled = enabled

    def enqueue(self, event: dict[str, Any], now: float) -> None:
        """Queue an event; armed faults withhold, duplicate or delay it."""
        if not self.enabled:
            return
        state, copies, due = "pending", 1, now
        for armed in self._faults.take_for_event(event["type"]):
            match armed.fault.kind:
                case "withhold":
                    state = "withheld"
                case "duplicate":
                    copies = armed.fault.copies
                case "reorder" if armed.hits % 2 == 0:  # every second event is late, so that the next one overtakes it
                    due = now + armed.fault.seconds
        for _ in range(copies):
            self._insert(event, state=state, due=due, now=now)

    def _insert(self, event: dict[str, Any], *, state: str, due: float, now: float) -> None:
        sql = "insert into deliveries (event, type, state, due, created) values (?, ?, ?, ?, ?)"
        self._database.run(sql, event["id"], event["type"], state, due, now)

    def resend(self, event: dict[str, Any], now: float) -> None:
        """Queue an event again; no fault applies."""
        self._insert(event, state="pending", due=now, now=now)

    def release(self, now: float, *, order: Literal["created", "reversed"]) -> int:
        """Queue the withheld deliveries in this order; the number of them."""
        withheld = self._select("where state = 'withheld' order by seq" + (" desc" if order == "reversed" else ""))
        for index, delivery in enumerate(withheld):
            sql = "update deliveries set state = 'pending', due = ? where seq = ?"
            self._database.run(sql, now + index * RELEASE_INTERVAL_SECONDS, delivery.seq)
        return len(withheld)

    def due(self, now: float, *, limit: int) -> list[Delivery]:
        return self._select("where state = 'pending' and due <= ? order by due, seq limit ?", now, limit)

    def next_due(self) -> float | None:
        return self._database.number("select min(due) from deliveries where state = 'pending'")

    def mark_sending(self, delivery: Delivery) -> None:
        self._database.run("update deliveries set state = 'sending' where seq = ?", delivery.seq)

    def recover(self) -> None:
        """After a restart, resend deliveries that were in progress."""
        self._database.run("update deliveries set state = 'pending' where state = 'sending'")

    def mark_delivered(self, delivery: Delivery) -> None:
        sql = "update deliveries set state = 'delivered', attempts = attempts + 1, last_error = null where seq = ?"
        self._database.run(sql, delivery.seq)

    def mark_failed(self, delivery: Delivery, error: str, now: float) -> None:
        """Retry after a delay that doubles, for three days."""
        delay = min(FIRST_RETRY_SECONDS * 2.0**delivery.attempts, LONGEST_RETRY_SECONDS)
        state = "pending" if now + delay < delivery.created + RETRY_FOR_SECONDS else "abandoned"
        sql = "update deliveries set state = ?, due = ?, attempts = attempts + 1, last_error = ? where seq = ?"
        self._database.run(sql, state, now + delay, error, delivery.seq)

    def newest(self, limit: int) -> list[Delivery]:
        """The latest deliveries, newest first."""
        return self._select("order by seq desc limit ?", limit)

    def _select(self, clause: str, *values: Value) -> list[Delivery]:
        columns = "seq, event, type, state, due, created, attempts, last_error"
        rows = self._database.rows(f"select {columns} from deliveries {clause}", *values)  # noqa: S608 - clauses are constants
        return [Delivery._make(row) for row in rows]
