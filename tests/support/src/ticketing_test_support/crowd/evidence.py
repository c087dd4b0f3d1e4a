"""What the stores and the stream hold, as far as promises need it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ticketing_common.events import OrderStatus, Subject
from ticketing_common.messaging import connect_readonly, read_events
from ticketing_ops.audit.reader import open_reader
from ticketing_ops.audit.snapshot import Document, Snapshot, by_id
from ticketing_test_support.snapshots import read_all

_OPEN = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)


@dataclass(frozen=True)
class Evidence:
    """Documents by id (payments by their order's), and the events said, by subject and aggregate."""

    users: Mapping[str, Document]
    tickets: Mapping[str, Document]
    orders: Mapping[str, Document]
    payments: Mapping[str, Document]
    events: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, books: Snapshot, events: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> "Evidence":
        """From what an audit reads."""
        return cls(by_id(books.users), by_id(books.tickets), by_id(books.orders), by_id(books.payments), events)

    def said(self, subject: Subject, aggregate_id: str) -> Sequence[Mapping[str, Any]]:
        """The events of this kind about this ticket, order or payment."""
        return self.events.get((subject.value, aggregate_id), ())

    def open_orders(self) -> list[str]:
        """Orders that are neither paid nor cancelled."""
        return [order_id for order_id, order in self.orders.items() if order["status"] in _OPEN]


async def gather(urls: Mapping[str, str]) -> Evidence:
    """Read it all. Unavailable when something does not answer."""
    async with open_reader(urls) as reader:
        books = await read_all(reader)
    events = defaultdict(list)
    async with connect_readonly(urls["nats"]) as jetstream:
        async for event in read_events(jetstream):
            try:
                data = json.loads(event.payload)
                events[event.subject, data["id"]].append(data)
            except (ValueError, KeyError, TypeError):  # a test's poison; expiration.complete has no id of its own
                continue
    return Evidence.of(books, events)
