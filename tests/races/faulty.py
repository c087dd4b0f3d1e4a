"""Collections and gateways without the guards of the product."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from tests.races.system import STRIPE_KEY, RacedSystem

from ticketing_common.events import Event, PaymentStatus
from ticketing_common.mongo import Document, Documents
from ticketing_orders.store import ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD
from ticketing_payments.domain.intent import Intent
from ticketing_payments.stripe_gateway import API_VERSION, StripeGateway
from ticketing_payments.stripe_objects import to_intent

Changes = Mapping[str, Any]


class LastWriteWins(Documents):
    """No compare-and-set: the last write wins.

    The race always goes wrong: `stale` writes and others wait until both were decided; then the stale one is made last.
    """

    def __init__(self, collection: Any, *, stale: Callable[[Changes], bool]) -> None:
        super().__init__(collection)
        self._is_stale = stale
        self._stale_decided, self._fresh_written = asyncio.Event(), asyncio.Event()

    async def compare_and_set(
        self, query: Mapping[str, Any], changes: Changes, events: Sequence[Event] = (), **options: Any
    ) -> bool:
        by_id = {"_id": query["_id"]}
        if self._is_stale(changes):
            self._stale_decided.set()
            await self._fresh_written.wait()
            return await super().compare_and_set(by_id, changes, events, **options)
        await self._stale_decided.wait()
        written = await super().compare_and_set(by_id, changes, events, **options)
        self._fresh_written.set()
        return written


class AllReadFirst(Documents):
    """Orders of which all `parties` have read a ticket's latest before one of them writes."""

    def __init__(self, collection: Any, parties: asyncio.Barrier) -> None:
        super().__init__(collection)
        self._parties = parties

    async def find_one(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] | None = None
    ) -> Document | None:
        found = await super().find_one(query, sort=sort)
        if "ticket.id" in query:
            await self._parties.wait()
        return found


class SettlementsNotRead(Documents):
    """Every payment looks as if it had not been settled."""

    async def find(self, document_id: str) -> Document | None:
        found = await super().find(document_id)
        return {**found, "judged": {}} if found is not None else None


class ExpiredAnHourAgo(Documents):
    """Every order looks as if it had expired an hour ago."""

    async def find(self, document_id: str) -> Document | None:
        found = await super().find(document_id)
        return {**found, "expires_at": found["expires_at"] - timedelta(hours=1)} if found is not None else None

    async def compare_and_set(
        self, query: Mapping[str, Any], changes: Changes, events: Sequence[Event] = (), **options: Any
    ) -> bool:
        kept = {name: value for name, value in changes.items() if name != "expires_at"}
        return await super().compare_and_set(query, kept, events, **options)


class BothAttemptsBegin(Documents):
    """Two attempts to pay begin with what they read, and both are written."""

    def __init__(self, collection: Any) -> None:
        super().__init__(collection)
        self._attempts = asyncio.Barrier(2)

    async def compare_and_set(
        self, query: Mapping[str, Any], changes: Changes, events: Sequence[Event] = (), **options: Any
    ) -> bool:
        if changes["attempt"] is not None and changes["status"] == PaymentStatus.NONE:
            await self._attempts.wait()
        return await super().compare_and_set({"_id": query["_id"]}, changes, events, **options)


class KeylessStripe(StripeGateway):
    """Creates an intent at each call: without an idempotency key."""

    def __init__(self, api_base: str) -> None:
        super().__init__(STRIPE_KEY, api_base=api_base)
        self._api_base = api_base

    async def create_intent(self, *, order_id: str, amount: int, currency: str) -> Intent:
        form = {"amount": str(amount), "currency": currency, "metadata[order_id]": order_id}
        headers = {"Authorization": f"Bearer {STRIPE_KEY}", "Stripe-Version": API_VERSION}
        card = {"allowed_payment_method_types[]": "card"}
        async with httpx.AsyncClient(base_url=self._api_base, trust_env=False) as http:
            response = await http.post("/v1/payment_intents", data={**form, **card}, headers=headers)
        assert response.status_code == 200, response.text
        return to_intent(response.json())


async def drop_unique_indexes(system: RacedSystem) -> None:
    """Either index would prevent a double booking alone."""
    orders = system.apps["orders"][0].state.database.collection("orders")
    for name in (ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD):
        await orders.drop_index(name)


def let_all_read_first(system: RacedSystem, parties: int) -> None:
    """So many orders find the ticket available before one of them reserves it."""
    barrier = asyncio.Barrier(parties)
    replace_documents(system, "orders", lambda collection: AllReadFirst(collection, barrier))


def replace_documents(system: RacedSystem, service: str, make: Callable[[Any], Documents]) -> None:
    """In every replica of the service, whose collection has its name."""
    for app in system.apps[service]:
        store = app.state.deps.store if service == "payments" else app.state.store
        store.documents = make(app.state.database.collection(service))


def is_cancellation(changes: Changes) -> bool:
    """A write that cancels an order."""
    return changes.get("status") == "cancelled"
