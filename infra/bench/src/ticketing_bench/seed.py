"""Documents by the thousand: copies of one that the services wrote themselves, inserted directly into MongoDB."""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

from bson import ObjectId
from pymongo import WriteConcern
from pymongo.collection import Collection

from ticketing_bench.load import Request
from ticketing_bench.progress import show_progress
from ticketing_bench.stack import Stack, User
from ticketing_bench.waiting import wait_for

Document = dict[str, Any]

BATCH = 5_000
TICKET = {"title": "Seat 12 in row 34", "price": 12.5}


def new_ids(count: int) -> list[str]:
    """Ids as the services make them, ascending."""
    return [str(ObjectId()) for _ in range(count)]


def copy_account(stack: Stack, count: int) -> list[User]:
    """As many users with an account: copies of one that signed up over HTTP, all with its password."""
    account = {"email": f"{ObjectId()}@example.com", "password": "open sesame"}
    stack.load.send(stack.urls["auth"], [Request("/api/users/signup", "POST", body=account)]).require(201)
    documents = stack.mongo["auth"]["users"]
    original = documents.find_one({"email_key": account["email"]}) or {}
    users = stack.users(count)
    emails = [f"{user.id}@example.com" for user in users]
    documents.insert_many(
        [
            {**original, "_id": user.id, "email": email, "email_key": email}
            for user, email in zip(users, emails, strict=True)
        ]
    )
    return users


def put_on_sale(stack: Stack, sellers: Sequence[User]) -> list[str]:
    """The ids of new tickets, one for each seller, created over HTTP and known to orders."""
    requests = [Request("/api/tickets", "POST", seller.session, TICKET) for seller in sellers]
    responses = stack.load.send(stack.urls["tickets"], requests, keep_bodies=True).require(201)
    ids = [_id_in(body) for body in responses.bodies]
    replicas = stack.mongo["orders"]["tickets"]
    wait_for("orders knows the tickets", lambda: replicas.count_documents({"_id": {"$in": ids}}) == len(ids))
    return ids


class Seed:
    """Copies tickets and orders of a running stack. It creates the originals over HTTP."""

    def __init__(self, stack: Stack, seller: User) -> None:
        self._stack = stack
        self._mongo = stack.mongo
        self._slots = itertools.count(-1, -1)  # unique among the open orders of a buyer; the service uses none below 0
        ticket = self._create("tickets", "/api/tickets", TICKET, seller)
        replicas = self._mongo["orders"]["tickets"]
        wait_for("a ticket reaches orders", lambda: replicas.find_one({"_id": ticket}) is not None)
        self._ticket = self._published("tickets", ticket)
        self._replica = replicas.find_one({"_id": ticket}) or {}
        order = self._create("orders", "/api/orders", {"ticketId": ticket}, seller)
        self._order = self._published("orders", order)

    def tickets(self, count: int) -> list[str]:
        """The ids of new tickets that can be bought, known to tickets and orders."""
        ids = new_ids(count)
        self._copy("tickets", self._mongo["tickets"]["tickets"], self._ticket, count, lambda i: {"_id": ids[i]})
        self._copy(
            "replicas of tickets", self._mongo["orders"]["tickets"], self._replica, count, lambda i: {"_id": ids[i]}
        )
        return ids

    def orders(self, count: int, buyers: Sequence[User]) -> list[str]:
        """The ids of new orders of these buyers in turn, each of a ticket of its own that does not exist elsewhere."""
        ids, tickets = new_ids(count), new_ids(count)

        def fields(i: int) -> Document:
            ticket = self._order["ticket"] | {"id": tickets[i]}
            return {"_id": ids[i], "user_id": buyers[i % len(buyers)].id, "ticket": ticket, "slot": next(self._slots)}

        self._copy("orders", self._mongo["orders"]["orders"], self._order, count, fields)
        return ids

    def _create(self, service: str, path: str, body: Document, user: User) -> str:
        request = Request(path, method="POST", session=user.session, body=body)
        responses = self._stack.load.send(self._stack.urls[service], [request], keep_bodies=True).require(201)
        return _id_in(responses.bodies[0])

    def _published(self, name: str, document_id: str) -> Document:
        """The document once its outbox is empty."""
        documents = self._mongo[name][name]
        query = {"_id": document_id, "outbox.0": {"$exists": False}}
        wait_for(f"the event of {name}", lambda: documents.find_one(query) is not None)
        return documents.find_one(query) or {}

    def _copy(
        self,
        text: str,
        collection: "Collection[Document]",
        original: Document,
        count: int,
        fields: Callable[[int], Document],
    ) -> None:
        target = collection.with_options(write_concern=WriteConcern(w=1))
        batches = _batches(count)
        shown = (
            show_progress(f"seeding {count:,} {text}, batch", batches, len(batches)) if len(batches) > 1 else batches
        )
        for batch in shown:
            target.insert_many([{**original, **fields(i)} for i in batch], ordered=False)


def _id_in(body: str) -> str:
    return str(json.loads(body)["id"])


def _batches(count: int) -> list[range]:
    return [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
