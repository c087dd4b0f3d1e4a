"""Read what an audit checks: five databases, two streams and the emulator's ledger. It changes nothing."""

import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from ticketing_common.messaging import DeadLetters, backlogs, connect_readonly
from ticketing_common.mongo import Database, translated_errors
from ticketing_ops.audit.ledger_reader import LedgerReader, without
from ticketing_ops.audit.snapshot import Document, Snapshot
from ticketing_ops.stack import open_databases

PAGE_SIZE = 1000
# No check uses these; of an outbox entry, only its id is needed.
_EXCLUDED = {"password_hash": 0, "email": 0, "declines": 0, "outbox.data": 0, "outbox.trace": 0}
_LEDGER_TIMEOUT = 10.0
# Called with what is read, and how much of it has been.
Report = Callable[[str, int], object]


def _ignore(_kind: str, _done: int) -> None:
    """Nobody is waiting."""


class SnapshotReader:
    """An audit's open connections. Raises Unavailable when a server does not respond."""

    def __init__(self, databases: Mapping[str, Database], jetstream: Any, ledger: LedgerReader | None) -> None:
        self._databases = databases
        self._jetstream = jetstream
        self._ledger = ledger

    async def pages(self, size: int = PAGE_SIZE, report: Report = _ignore) -> AsyncIterator[Snapshot]:
        """Everything, in parts that the checks can be run on one by one.

        A part has up to `size` users, or tickets with all that belongs to them, so that memory is bounded. The last
        parts have what belongs to no order. Reads are some milliseconds apart. `report` is told before each part what
        is read now, and how much of it has been read.
        """
        yield Snapshot(
            at=datetime.now(UTC),
            backlogs=await backlogs(self._jetstream),
            dead_letters=[letter async for letter in DeadLetters(self._jetstream).all()],
        )
        async for users in self._users(size, report):
            yield Snapshot(at=datetime.now(UTC), users=users)
        async for id_range in self._id_ranges("tickets", "tickets", size, report):
            yield await self._page_of_tickets(id_range)
        async for id_range in self._id_ranges("payments", "payments", size, report):
            payments = await self._without_order("payments", "payments", id_range)
            yield Snapshot(at=datetime.now(UTC), payments=payments, ledger=await self._ledger_of(payments))
        async for id_range in self._id_ranges("expiration", "expiries", size, report):
            yield Snapshot(at=datetime.now(UTC), expiries=await self._without_order("expiration", "expiries", id_range))
        async for page in self._unknown_to_payments(size, report):
            yield Snapshot(at=datetime.now(UTC), ledger=page)

    async def count_accounts(self) -> int:
        """The number of users."""
        async with translated_errors():
            return await self._databases["auth"].collection("users").count_documents({})

    async def _page_of_tickets(self, id_range: Document) -> Snapshot:
        known_tickets = await self._find("orders", "tickets", {"_id": id_range})
        tickets = await self._find("tickets", "tickets", {"_id": id_range})
        orders = await self._find("orders", "orders", {"ticket.id": id_range})
        of_orders = {"_id": {"$in": [order["_id"] for order in orders]}}
        payments = await self._find("payments", "payments", of_orders)
        user_ids = {document["user_id"] for document in (*tickets, *orders)}
        return Snapshot(
            at=datetime.now(UTC),
            users=await self._find("auth", "users", {"_id": {"$in": [*user_ids]}}),
            tickets=tickets,
            alerts=await self._find("tickets", "alerts", {"ticket_id": id_range, "state": "waiting"}),
            orders=orders,
            known_tickets=known_tickets,
            payments=payments,
            expiries=await self._find("expiration", "expiries", of_orders),
            ledger=await self._ledger_of(payments),
        )

    async def _id_ranges(self, service: str, collection: str, size: int, report: Report) -> AsyncIterator[Document]:
        """Conditions on ids that each match `size` documents, and that together match all possible ids."""
        id_range: dict[str, str] = {}
        done = 0
        report(collection, done)
        while len(ids := await self._ids(service, collection, id_range, size)) == size:
            yield {**id_range, "$lte": ids[-1]}
            id_range = {"$gt": ids[-1]}
            report(collection, done := done + size)
        yield id_range or {"$exists": True}

    async def _ids(self, service: str, collection: str, id_range: Document, size: int) -> list[str]:
        documents = self._databases[service].collection(collection)
        async with translated_errors():
            cursor = documents.find({"_id": id_range} if id_range else {}, {"_id": 1}).sort("_id", 1).limit(size)
            return [document["_id"] async for document in cursor]

    async def _find(self, service: str, collection: str, condition: Document) -> list[Document]:
        async with translated_errors():
            found = self._databases[service].collection(collection).find(condition, _EXCLUDED)
            return [document async for document in found]

    async def _without_order(self, service: str, collection: str, id_range: Document) -> list[Document]:
        """Documents that have an order's id, but there is no such order."""
        documents = await self._find(service, collection, {"_id": id_range})
        ids = [document["_id"] for document in documents]
        known = {order["_id"] for order in await self._find("orders", "orders", {"_id": {"$in": ids}})}
        return [document for document in documents if document["_id"] not in known]

    async def _users(self, size: int, report: Report) -> AsyncIterator[list[Document]]:
        """By email address. The last of a page is repeated in the next one, so that duplicates meet in one page."""
        collection = self._databases["auth"].collection("users")
        condition: Document = {}
        for done in itertools.count(step=size):
            report("accounts", done)
            async with translated_errors():
                cursor = collection.find(condition, _EXCLUDED).sort("email_key", 1).limit(size + 1)
                users: list[Document] = [user async for user in cursor]
            yield users
            if len(users) <= size:
                return
            first, last = users[0]["email_key"], users[-1]["email_key"]
            condition = {"email_key": {"$gt" if first == last else "$gte": last}}

    async def _ledger_of(self, payments: Sequence[Document]) -> Document | None:
        """What the ledger has of these payments."""
        if self._ledger is None:
            return None
        return await self._ledger.entries_of([payment["intent_id"] for payment in payments if payment["intent_id"]])

    async def _unknown_to_payments(self, size: int, report: Report) -> AsyncIterator[Document]:
        """What the ledger has of intents that no payment names; each carries its order's id."""
        if self._ledger is None:
            return
        done = 0
        async for page in self._ledger.pages(size):
            report("payment intents", done)
            order_ids = [(intent["metadata"] or {}).get("order_id") for intent in page["payment_intents"]]
            payments = await self._find("payments", "payments", {"_id": {"$in": order_ids}})
            yield without(page, {payment["intent_id"] for payment in payments})
            done += len(page["payment_intents"])


@asynccontextmanager
async def open_reader(urls: Mapping[str, str]) -> AsyncIterator[SnapshotReader]:
    """Connect to the stack whose processes have these addresses, by name as in `ticketing ps`."""
    async with AsyncExitStack() as connections:
        databases = await connections.enter_async_context(open_databases(urls))
        ledger = None
        if "stripe" in urls:
            client = httpx.AsyncClient(base_url=urls["stripe"], timeout=_LEDGER_TIMEOUT, trust_env=False)
            ledger = LedgerReader(await connections.enter_async_context(client))
        jetstream = await connections.enter_async_context(connect_readonly(urls["nats"]))
        yield SnapshotReader(databases, jetstream, ledger)
