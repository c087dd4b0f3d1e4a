"""What a request costs at least: an ASGI app that answers with fixed bytes, after one database operation or none.

`/OPERATION?bytes=N&…` runs the operation with nothing else around it. The driver is MONGO_DRIVER's: motor or pymongo.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl

from bson import ObjectId
from pymongo import WriteConcern
from starlette.types import Receive, Scope, Send

from ticketing_bench.stack import driver
from ticketing_common.mongo.driver import Driver, connect

Arguments = Mapping[str, str]

JOURNALLED = WriteConcern(w="majority", j=True)
WITHOUT_OUTBOX = {"outbox": 0}
NEWEST_FIRST = [("_id", -1)]
PAGE = 51  # one more than the page: it shows whether there is a next one
EVENT: dict[str, object] = {
    "id": "ticket.created:6926a3c0f1d2e3a4b5c6d7e8:0",
    "subject": "ticket.created",
    "type": "TicketCreated",
    "data": {
        "id": "6926a3c0f1d2e3a4b5c6d7e8",
        "version": 0,
        "title": "Seat 12 in row 34",
        "price": 1250,
        "userId": "6926a3c0f1d2e3a4b5c6d7e8",
        "orderId": None,
    },
    "trace": "",
}


class Operations:
    """The database operations behind the measured routes. Inserts go to collections of their own."""

    def __init__(self, uri: str, driver: Driver) -> None:
        self._client: Any = connect(uri, driver, tz_aware=True)
        self._templates: dict[str, dict[str, Any]] = {}
        tickets, orders = self._client["tickets"]["tickets"], self._client["orders"]["orders"]
        self._tickets, self._orders, self._users = tickets, orders, self._client["auth"]["users"]
        self._replicas = self._client["orders"]["tickets"]

    async def ticket(self, arguments: Arguments) -> None:
        """One ticket by id."""
        await self._tickets.find_one({"_id": arguments["id"]}, WITHOUT_OUTBOX)

    async def tickets(self, arguments: Arguments) -> None:
        """A page of the tickets that can be bought."""
        after = {"_id": {"$lt": arguments["after"]}} if "after" in arguments else {}
        query = {"buyable": True, **after}
        cursor = self._tickets.find(query, WITHOUT_OUTBOX, sort=NEWEST_FIRST, limit=PAGE, hint="buyable")
        await cursor.to_list(PAGE)

    async def order(self, arguments: Arguments) -> None:
        """One order by id."""
        await self._orders.find_one({"_id": arguments["id"]}, WITHOUT_OUTBOX)

    async def orders(self, arguments: Arguments) -> None:
        """A page of a buyer's orders."""
        cursor = self._orders.find({"user_id": arguments["user"]}, WITHOUT_OUTBOX, sort=NEWEST_FIRST, limit=PAGE)
        await cursor.to_list(PAGE)

    async def create_ticket(self, _: Arguments) -> None:
        """The insert of a ticket with its event."""
        await self._insert("tickets", self._tickets)

    async def create_order(self, arguments: Arguments) -> None:
        """The read of the ticket's replica and the insert of an order with its event."""
        await self._replicas.find_one({"_id": arguments["ticket"]}, WITHOUT_OUTBOX)
        await self._insert("orders", self._orders)

    async def signin(self, _: Arguments) -> None:
        """The read of a user. The hash, which is the cost, is a policy."""
        await self._users.find_one({"email_key": "bench@example.com"})

    async def _insert(self, name: str, original: Any) -> None:
        """Insert a copy of the newest document, with an event, as durably as the services do."""
        if name not in self._templates:
            self._templates[name] = await original.find_one({}, sort=NEWEST_FIRST)
        event = EVENT | {"at": datetime.now(UTC)}
        document = {**self._templates[name], "_id": str(ObjectId()), "outbox": [event]}
        if "ticket" in document:  # its index is unique
            document["ticket"] = document["ticket"] | {"id": document["_id"]}
        await self._client["bench"].get_collection(name, write_concern=JOURNALLED).insert_one(document)


class App:
    """The ASGI app."""

    def __init__(self) -> None:
        self._operations: Operations | None = None
        self._bodies: dict[int, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with `bytes` bytes of JSON; the path names the operation, `/bare` is none."""
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
            return
        arguments = dict(parse_qsl(scope["query_string"].decode()))
        operation = scope["path"][1:]
        if operation != "bare":
            await getattr(self._operations, operation)(arguments)
        await self._respond(int(arguments["bytes"]), send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._operations = Operations(os.environ["MONGO_URI"], cast(Driver, driver()))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _respond(self, size: int, send: Send) -> None:
        body = self._bodies.setdefault(size, b" " * size)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


app = App()
