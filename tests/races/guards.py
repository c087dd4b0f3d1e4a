"""Guards of the product, switched off: what the negative controls put in their place."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from ticketing_common.events import Event, PaymentStatus
from ticketing_common.mongo import Database, Document, Documents
from ticketing_orders.store import ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD
from ticketing_payments.domain.intent import Intent
from ticketing_payments.stripe_gateway import API_VERSION, StripeGateway
from ticketing_payments.stripe_objects import to_intent

Changes = Mapping[str, Any]


class LastWriteWins(Documents):
    """No compare-and-set: whoever writes last wins, whatever he had read.

    The race always goes wrong: writes that are `stale` and those that are not wait until both were decided; then the
    stale one is made last.
    """

    def __init__(self, database: Database, collection: str, *, stale: Callable[[Changes], bool]) -> None:
        super().__init__(database.collection(collection))
        self._is_stale = stale
        self._stale_decided, self._fresh_written = asyncio.Event(), asyncio.Event()

    async def compare_and_set(self, query: Mapping[str, Any], changes: Changes, events: Sequence[Event] = ()) -> bool:
        by_id = {"_id": query["_id"]}
        if self._is_stale(changes):
            self._stale_decided.set()
            await self._fresh_written.wait()
            return await super().compare_and_set(by_id, changes, events)
        await self._stale_decided.wait()
        written = await super().compare_and_set(by_id, changes, events)
        self._fresh_written.set()
        return written


class EverybodyLooksFirst(Documents):
    """Orders of which all `parties` have looked at a ticket before one of them writes."""

    def __init__(self, database: Database, parties: asyncio.Barrier) -> None:
        super().__init__(database.collection("orders"))
        self._parties = parties

    async def find_one(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] | None = None
    ) -> Document | None:
        found = await super().find_one(query, sort=sort)
        if "ticket.id" in query:
            await self._parties.wait()
        return found


class ForgetsVerdicts(Documents):
    """Every payment looks as if it had not been judged."""

    async def find(self, document_id: str) -> Document | None:
        found = await super().find(document_id)
        return {**found, "judged": {}} if found is not None else None


class ForgetsTheTime(Documents):
    """Every order looks as if its time had been over for an hour."""

    async def find(self, document_id: str) -> Document | None:
        found = await super().find(document_id)
        return {**found, "expires_at": found["expires_at"] - timedelta(hours=1)} if found is not None else None

    async def compare_and_set(self, query: Mapping[str, Any], changes: Changes, events: Sequence[Event] = ()) -> bool:
        kept = {name: value for name, value in changes.items() if name != "expires_at"}
        return await super().compare_and_set(query, kept, events)


class BothBegin(Documents):
    """Two tabs begin to pay on what they saw, and both are written."""

    def __init__(self, collection: Any) -> None:
        super().__init__(collection)
        self._tabs = asyncio.Barrier(2)

    async def compare_and_set(self, query: Mapping[str, Any], changes: Changes, events: Sequence[Event] = ()) -> bool:
        if changes["attempt"] is not None and changes["status"] == PaymentStatus.NONE:
            await self._tabs.wait()
        return await super().compare_and_set({"_id": query["_id"]}, changes, events)


class KeylessStripe(StripeGateway):
    """Makes an intent at each call: the key that makes it one an order is not sent."""

    def __init__(self, api_key: str, api_base: str, http: httpx.AsyncClient) -> None:
        super().__init__(api_key, api_base=api_base)
        self._key, self._plain = api_key, http

    async def create_intent(self, *, order_id: str, amount: int, currency: str) -> Intent:
        form = {"amount": str(amount), "currency": currency, "metadata[order_id]": order_id}
        headers = {"Authorization": f"Bearer {self._key}", "Stripe-Version": API_VERSION}
        card = {"allowed_payment_method_types[]": "card"}
        answer = await self._plain.post("/v1/payment_intents", data={**form, **card}, headers=headers)
        assert answer.status_code == 200, answer.text
        return to_intent(answer.json())


async def without_unique_indexes(orders: Database) -> None:
    """Either would stop a double booking alone."""
    for name in (ONE_LIVE_ORDER, ONE_ORDER_PER_HOLD):
        await orders.collection("orders").drop_index(name)


def let_everybody_look_first(apps: Sequence[FastAPI], parties: int) -> None:
    """So many at these replicas of orders see the ticket free before one of them has it."""
    barrier = asyncio.Barrier(parties)
    for app in apps:
        app.state.store.documents = EverybodyLooksFirst(app.state.database, barrier)


def is_cancelled(changes: Changes) -> bool:
    """A write of an order that gives it up."""
    return changes.get("status") == "cancelled"
