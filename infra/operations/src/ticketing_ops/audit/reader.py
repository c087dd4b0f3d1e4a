"""Read what an audit checks: five databases, two streams and the emulator's ledger. It changes nothing."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import DeadLetters, backlogs, connect_readonly
from ticketing_common.mongo import Database, translated_errors
from ticketing_ops.audit.snapshot import Document, Snapshot

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
# No check uses these; of an outbox entry, only its id is needed.
_EXCLUDED = {"password_hash": 0, "declines": 0, "outbox.data": 0, "outbox.trace": 0}
_LEDGER_TIMEOUT = 10.0


class SnapshotReader:
    """An audit's open connections. Raises Unavailable when a server does not respond."""

    def __init__(self, databases: Mapping[str, Database], jetstream: Any, ledger: httpx.AsyncClient | None) -> None:
        self._databases = databases
        self._jetstream = jetstream
        self._ledger = ledger

    async def read(self) -> Snapshot:
        """Everything as it is now. Its parts are read one after another: under load they are some ms apart."""
        return Snapshot(
            at=datetime.now(UTC),
            backlogs=await backlogs(self._jetstream),
            dead_letters=[letter async for letter in DeadLetters(self._jetstream).all()],
            users=await self._all("auth", "users"),
            expiries=await self._all("expiration", "expiries"),
            known_tickets=await self._all("orders", "tickets"),
            tickets=await self._all("tickets", "tickets"),
            orders=await self._all("orders", "orders"),
            payments=await self._all("payments", "payments"),
            ledger=await self._read_ledger(),
        )

    async def _all(self, service: str, collection: str) -> list[Document]:
        async with translated_errors():
            return [*await self._databases[service].collection(collection).find({}, _EXCLUDED).to_list(None)]

    async def _read_ledger(self) -> Document | None:
        if self._ledger is None:
            return None
        try:
            response = await self._ledger.get("/emulator/ledger")
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"The Stripe emulator's ledger could not be read ({error!r}).") from error
        ledger: Document = response.json()
        return ledger


@asynccontextmanager
async def open_reader(urls: Mapping[str, str]) -> AsyncIterator[SnapshotReader]:
    """Connect to the stack whose processes have these addresses, by name as in `ticketing ps`."""
    async with AsyncExitStack() as connections:
        databases = {}
        for service in SERVICES:
            server = urls.get(f"{service}-mongo") or urls["mongo"]  # Kubernetes has one MongoDB per service
            databases[service] = Database(f"{server}/{service}", default_name=service, indexes={})
            connections.push_async_callback(databases[service].close)
        ledger = None
        if "stripe" in urls:
            client = httpx.AsyncClient(base_url=urls["stripe"], timeout=_LEDGER_TIMEOUT, trust_env=False)
            ledger = await connections.enter_async_context(client)
        jetstream = await connections.enter_async_context(connect_readonly(urls["nats"]))
        yield SnapshotReader(databases, jetstream, ledger)
