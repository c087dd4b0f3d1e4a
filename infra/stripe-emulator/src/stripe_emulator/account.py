"""The emulated Stripe account: everything it holds, and one piece of work on it."""

import asyncio
from dataclasses import dataclass, field

from stripe_emulator.agenda import Agenda
from stripe_emulator.faults import Faults
from stripe_emulator.ids import new_id
from stripe_emulator.storage.database import Database
from stripe_emulator.storage.objects import Json, Objects, public
from stripe_emulator.webhooks.queue import WebhookQueue
from stripe_emulator.wire.idempotency import IdempotencyKeys

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Origin:
    """What caused a change: a request, or (all None) the passing of time or a click in the dashboard."""

    request_id: str | None = None
    idempotency_key: str | None = None
    api_version: str = API_VERSION


class Account:
    """The stores of one account; `bell` wakes what runs in the background."""

    def __init__(self, database: Database, *, has_webhook: bool = False) -> None:
        self.database = database
        self.objects = Objects(database)
        self.keys = IdempotencyKeys(database)
        self.faults = Faults(database)
        self.agenda = Agenda(database)
        self.webhooks = WebhookQueue(database, self.faults, enabled=has_webhook)
        self.bell = asyncio.Event()


@dataclass(frozen=True)
class Work:
    """What changes the account at one instant; always inside one transaction."""

    account: Account
    now: float
    origin: Origin = field(default_factory=Origin)
    processing_seconds: float | None = None  # a confirmed intent stays `processing` for so long

    @property
    def created(self) -> int:
        """Stripe's timestamps: whole seconds since 1970."""
        return int(self.now)

    @property
    def objects(self) -> Objects:
        return self.account.objects

    def emit(self, event_type: str, subject: Json) -> None:
        """Keep an event with the object as it is now, and queue it for the webhook endpoint."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": self.origin.api_version,
            "created": self.created,
            "data": {"object": public(subject)},
            "livemode": False,
            "pending_webhooks": int(self.account.webhooks.enabled),
            "request": {"id": self.origin.request_id, "idempotency_key": self.origin.idempotency_key},
            "type": event_type,
        }
        self.objects.add(event)
        self.account.webhooks.enqueue(event, self.now)
