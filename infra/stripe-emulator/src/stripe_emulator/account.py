"""The emulated Stripe account: its stores, its scheduled jobs, and one transaction on it."""

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple

from stripe_emulator.database import Database
from stripe_emulator.faults import Faults
from stripe_emulator.http.idempotency import IdempotencyKeys
from stripe_emulator.objects import Json, Objects, new_id, public
from stripe_emulator.webhooks.deliveries import Deliveries

API_VERSION = "2026-10-28.endive"


class Job(NamedTuple):
    """Something that happens later without a request, and the id of the object that it concerns."""

    seq: int
    name: str
    object_id: str


class ScheduledJobs:
    """Jobs by their due time, on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, object_id: str, *, due: float) -> None:
        self._database.run("insert into scheduled_jobs (due, name, object_id) values (?, ?, ?)", due, name, object_id)

    def due(self, now: float) -> list[Job]:
        sql = "select seq, name, object_id from scheduled_jobs where due <= ? order by due, seq"
        return [Job._make(row) for row in self._database.rows(sql, now)]

    def remove(self, job: Job) -> None:
        self._database.run("delete from scheduled_jobs where seq = ?", job.seq)

    def next_due(self) -> float | None:
        return self._database.number("select min(due) from scheduled_jobs")


class Account:
    """All stores of one account; `work_available` wakes the background tasks."""

    def __init__(self, database: Database, *, has_webhook: bool = False) -> None:
        self.database = database
        self.objects = Objects(database)
        self.idempotency_keys = IdempotencyKeys(database)
        self.faults = Faults(database)
        self.jobs = ScheduledJobs(database)
        self.deliveries = Deliveries(database, self.faults, enabled=has_webhook)
        self.work_available = asyncio.Event()


@dataclass(frozen=True)
class Origin:
    """The request that caused a change; all None for a scheduled job or the control API."""

    request_id: str | None = None
    idempotency_key: str | None = None
    api_version: str = API_VERSION


@dataclass(frozen=True)
class Transaction:
    """A change of the account at one instant; used inside one database transaction."""

    account: Account
    now: float
    origin: Origin = field(default_factory=Origin)
    processing_seconds: float | None = None  # how long a confirmed intent stays `processing`

    @property
    def created(self) -> int:
        """Stripe's timestamps: whole seconds since 1970."""
        return int(self.now)

    @property
    def objects(self) -> Objects:
        return self.account.objects

    def emit(self, event_type: str, subject: Json) -> None:
        """Store an event with the object as it is now, and queue it for the webhook endpoint."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": self.origin.api_version,
            "created": self.created,
            "data": {"object": public(subject)},
            "livemode": False,
            "pending_webhooks": int(self.account.deliveries.enabled),
            "request": {"id": self.origin.request_id, "idempotency_key": self.origin.idempotency_key},
            "type": event_type,
        }
        self.objects.add(event)
        self.account.deliveries.enqueue(event, self.now)
