"""Read all that an audit looks at: five databases, two streams and the emulator's ledger. It changes nothing."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import DeadLetters, backlogs, connect_readonly
from ticketing_common.mongo import Database, translated_errors
from ticketing_ops.auditing.books import Books, Document

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
# What no check looks at; an outbox's entries without the events themselves.
_LEFT_OUT = {"password_hash": 0, "declines": 0, "outbox.data": 0, "outbox.trace": 0}
_LEDGER_SECONDS = 10.0


class Reader:
    """The open connections of an audit, for look after look. Raises Unavailable when something does not answer."""

    def __init__(self, databases: Mapping[str, Database], jetstream: Any, ledger: httpx.AsyncClient | None) -> None:
        self._databases = databases
        self._jetstream = jetstream
        self._ledger = ledger

    async def look(self) -> Books:
        """Everything as it is now. It is read one after the other: under load the parts are some ms apart."""
        return Books(
            at=datetime.now(UTC),
            backlogs=await backlogs(self._jetstream),
            parked=[letter async for letter in DeadLetters(self._jetstream).all()],
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
            return [*await self._databases[service].collection(collection).find({}, _LEFT_OUT).to_list(None)]

    async def _read_ledger(self) -> Document | None:
        if self._ledger is None:
            return None
        try:
            answer = await self._ledger.get("/emulator/ledger")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"The Stripe emulator does not show its ledger ({error!r}).") from error
        ledger: Document = answer.json()
        return ledger


@asynccontextmanager
async def reading(urls: Mapping[str, str]) -> AsyncIterator[Reader]:
    """Connections to the stack whose processes have these addresses, by name as `ticketing ps` tells them."""
    async with AsyncExitStack() as open_connections:
        databases = {}
        for service in SERVICES:
            server = urls.get(f"{service}-mongo") or urls["mongo"]  # Kubernetes has one MongoDB a service
            databases[service] = Database(f"{server}/{service}", default_name=service, indexes={})
            open_connections.push_async_callback(databases[service].close)
        ledger = None
        if "stripe" in urls:
            client = httpx.AsyncClient(base_url=urls["stripe"], timeout=_LEDGER_SECONDS, trust_env=False)
            ledger = await open_connections.enter_async_context(client)
        jetstream = await open_connections.enter_async_context(connect_readonly(urls["nats"]))
        yield Reader(databases, jetstream, ledger)
