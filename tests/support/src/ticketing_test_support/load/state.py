"""What is stored and published, as far as accepted writes need it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ticketing_common.events import OrderStatus, Subject
from ticketing_common.messaging import connect_readonly, read_events
from ticketing_common.mongo import Database, translated_errors
from ticketing_ops.audit.reader import open_reader
from ticketing_ops.audit.snapshot import Document, Snapshot, by_id
from ticketing_test_support.snapshots import read_all

_OPEN = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)


@dataclass(frozen=True)
class StoredState:
    """Documents by id (payments by their order's), and published events by subject and aggregate."""

    users: Mapping[str, Document]
    tickets: Mapping[str, Document]
    orders: Mapping[str, Document]
    payments: Mapping[str, Document]
    events: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, events: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> "StoredState":
        """From what the audit reads."""
        return cls(
            by_id(snapshot.users), by_id(snapshot.tickets), by_id(snapshot.orders), by_id(snapshot.payments), events
        )

    def published(self, subject: Subject, aggregate_id: str) -> Sequence[Mapping[str, Any]]:
        """The events of this kind about this ticket, order or payment."""
        return self.events.get((subject.value, aggregate_id), ())

    def open_orders(self) -> list[str]:
        """Orders that are neither paid nor cancelled."""
        return [order_id for order_id, order in self.orders.items() if is_open(order)]


def is_open(order: Document) -> bool:
    """Whether it is neither paid nor cancelled."""
    return order["status"] in _OPEN


async def read_orders(urls: Mapping[str, str]) -> list[Document]:
    """Only the orders, which is quicker. Unavailable when the server does not respond."""
    database = Database(f"{urls['mongo']}/orders", default_name="orders", indexes={})
    try:
        async with translated_errors():
            return [order async for order in database.collection("orders").find({})]
    finally:
        await database.close()


async def read_state(urls: Mapping[str, str]) -> StoredState:
    """Read everything. Unavailable when a server does not respond."""
    async with open_reader(urls) as reader:
        snapshot = await read_all(reader)
    events = defaultdict(list)
    async with connect_readonly(urls["nats"]) as jetstream:
        async for event in read_events(jetstream):
            try:
                data = json.loads(event.payload)
                events[event.subject, data["id"]].append(data)
            except (
                ValueError,
                KeyError,
                TypeError,
            ):  # an invalid message of a test, or expiration.complete, which has no id
                continue
    return StoredState.of(snapshot, events)
