"""Read the databases: what their outboxes hold back, and what the guarantees say must be 0."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ticketing_common.errors import Unavailable
from ticketing_common.mongo import Database, Documents, translated_errors
from ticketing_ops.runbook import OVERDUE_AFTER
from ticketing_ops.status.report import Guarantees, Outbox, Violations

TIMEOUT_SECONDS = 4.0
MAX_IDS = 3
OUTBOXES = {
    "auth": ("users", "revocations"),
    "tickets": ("tickets",),
    "orders": ("orders",),
    "payments": ("payments",),
    "expiration": ("expiries",),
}
# Every payment is unreconciled until orders has settled it, and every order unscheduled until its event arrives.
_SETTLED_AFTER = timedelta(seconds=60)
_MAX_ORDERS = 5_000
_MAX_PAYMENTS = 500

Query = Mapping[str, Any]


async def read_outboxes(databases: Mapping[str, Database]) -> list[Outbox]:
    """One for each service; those that cannot be read say so."""
    return list(await asyncio.gather(*(_outbox(service, databases[service]) for service in OUTBOXES)))


async def read_guarantees(databases: Mapping[str, Database], now: datetime) -> Guarantees:
    """What could be read."""
    orders, payments, expiration = databases["orders"], databases["payments"], databases["expiration"]
    overdue, unreconciled, unscheduled = await asyncio.gather(
        _read(_overdue(orders, now)),
        _read(_unreconciled(payments, now)),
        _read(_unscheduled(orders, expiration, now)),
    )
    return Guarantees(overdue, unreconciled, unscheduled)


async def _read(counting: Awaitable[Violations]) -> Violations | None:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await counting
    except (Unavailable, TimeoutError):
        return None


async def _outbox(service: str, database: Database) -> Outbox:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            backlogs = [await Documents(database.collection(name)).backlog() for name in OUTBOXES[service]]
    except Unavailable as error:
        return Outbox(service, error=error.message)
    except TimeoutError:
        return Outbox(service, error="The database does not respond.")
    oldest = [backlog.oldest for backlog in backlogs if backlog.oldest is not None]
    return Outbox(service, sum(backlog.events for backlog in backlogs), min(oldest, default=None))


async def _overdue(orders: Database, now: datetime) -> Violations:
    query = {"status": "created", "expires_at": {"$lt": now - OVERDUE_AFTER}}
    count = await _count(orders, "orders", query)
    return Violations(count, await _ids(orders, "orders", query, "expires_at", MAX_IDS))


async def _unreconciled(payments: Database, now: datetime) -> Violations:
    moved_lately = {"$elemMatch": {"at": {"$gte": now - _SETTLED_AFTER}}}
    query = {"unexplained": {"$type": "number"}, "history": {"$not": moved_lately}}
    fields = {"unexplained": 1}
    async with translated_errors():
        cursor = payments.collection("payments").find(query, fields, sort=[("unexplained", 1)], limit=_MAX_PAYMENTS)
        found = [document async for document in cursor]
    total = sum(abs(document["unexplained"]) for document in found)
    return Violations(len(found), [document["_id"] for document in found[:MAX_IDS]], total)


async def _unscheduled(orders: Database, expiration: Database, now: datetime) -> Violations:
    """Of the open orders that expire next."""
    query = {"status": "created", "created_at": {"$lt": now - _SETTLED_AFTER}}
    ids = await _ids(orders, "orders", query, "expires_at", _MAX_ORDERS)
    known = set(await _ids(expiration, "expiries", {"_id": {"$in": ids}}, "_id", len(ids))) if ids else set()
    missing = [order_id for order_id in ids if order_id not in known]
    return Violations(len(missing), missing[:MAX_IDS])


async def _count(database: Database, collection: str, query: Query) -> int:
    async with translated_errors():
        return int(await database.collection(collection).count_documents(query, limit=_MAX_ORDERS))


async def _ids(database: Database, collection: str, query: Query, sort: str, limit: int) -> Sequence[str]:
    async with translated_errors():
        cursor = database.collection(collection).find(query, {"_id": 1}, sort=[(sort, 1)], limit=limit)
        return [document["_id"] async for document in cursor]
