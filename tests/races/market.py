"""A market to race in: what people do in it over HTTP, and what its books say afterwards."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import httpx
from nats.js import JetStreamContext
from tests.races.books import about, given_back_twice, over_before_its_time

from ticketing_common.events import Envelope, Event
from ticketing_common.observability import tracing
from ticketing_ops.audit import run_checks
from ticketing_ops.audit.reader import SnapshotReader
from ticketing_ops.audit.snapshot import Finding, Snapshot
from ticketing_test_support.persistence import PASSWORD
from ticketing_test_support.snapshots import read_all

LOOK_AGAIN_SECONDS = 0.5
KNOWN_WITHIN_SECONDS = 60
Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody with an account. `session` is the header that says so."""

    id: str
    session: Mapping[str, str]


@dataclass(frozen=True)
class Market:
    """`doors`: for each service its replicas, taken in turns; the gateway is one door to all."""

    doors: Mapping[str, Sequence[httpx.AsyncClient]]
    reader: SnapshotReader
    jetstream: JetStreamContext
    _turns: dict[str, Any] = field(default_factory=dict)

    def door(self, service: str) -> httpx.AsyncClient:
        """The next replica of the service."""
        http: httpx.AsyncClient = next(self._turns.setdefault(service, cycle(self.doors[service])))
        return http

    async def signs_up(self, email: str | None = None) -> httpx.Response:
        """The answer to a sign-up."""
        door = self.door("auth")
        email = email or f"racer-{secrets.token_hex(6)}@example.com"
        answer = await door.post("/api/users/signup", json={"email": email, "password": PASSWORD})
        door.cookies.clear()  # each request says by itself whose it is
        return answer

    async def person(self) -> Person:
        """Somebody new."""
        answer = await self.signs_up()
        return Person(made(answer)["id"], {"Cookie": f"session={answer.cookies['session']}"})

    async def lists(self, seller: Person, *, title: str = "Opera gala, row C", price: float = 20) -> Json:
        """A new ticket."""
        body = {"title": title, "price": price}
        return made(await self.door("tickets").post("/api/tickets", json=body, headers=seller.session))

    async def edits(self, seller: Person, ticket: Json, *, title: str, price: float) -> httpx.Response:
        """The answer to an edit."""
        path, body = f"/api/tickets/{ticket['id']}", {"title": title, "price": price}
        return await self.door("tickets").put(path, json=body, headers=seller.session)

    async def orders(self, buyer: Person, ticket: Json) -> httpx.Response:
        """The answer to a try to order."""
        body = {"ticketId": ticket["id"]}
        return await _once_known(lambda: self.door("orders").post("/api/orders", json=body, headers=buyer.session))

    async def order(self, buyer: Person, order: Json) -> Json:
        """The order as it stands."""
        answer = await self.door("orders").get(f"/api/orders/{order['id']}", headers=buyer.session)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def cancels(self, buyer: Person, order: Json) -> httpx.Response:
        """The answer to giving an order up."""
        return await self.door("orders").delete(f"/api/orders/{order['id']}", headers=buyer.session)

    async def pays(self, buyer: Person, order: Json, token: str = "pm_card_visa") -> httpx.Response:
        """The answer to a try to pay."""
        body = {"orderId": order["id"], "token": token}
        return await _once_known(lambda: self.door("payments").post("/api/payments", json=body, headers=buyer.session))

    async def says(self, event: Event, *, again: str = "") -> None:
        """Publish an event as its owner would; `again` makes it one that the broker does not know as said before."""
        sealed = Envelope.from_event(event, occurred_at=datetime.now(UTC), traceparent=tracing.begin())
        headers = {"Nats-Msg-Id": sealed.id + again}
        await self.jetstream.publish(sealed.subject, json.dumps(sealed.data).encode(), headers=headers)

    async def verdict(self, tickets: Collection[str], *, within: float = 60) -> tuple[Snapshot, list[Finding]]:
        """The books of these tickets once everything has been said and heard, and what the audit finds in them.

        What is found stands: nothing waits to be published or handled, and a second look finds the same.
        """
        give_up, before = time.monotonic() + within, list[Finding]()
        while True:
            books = about(await read_all(self.reader), tickets)
            found = [*run_checks(books), *given_back_twice(books), *over_before_its_time(books)]
            drained = not any(item.what.endswith(("waits to be published", "are not handled yet")) for item in found)
            if not found or (drained and found == before) or time.monotonic() > give_up:
                return books, found
            before = found
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _once_known(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The first answer that is not 404: on a busy machine the event that tells of what is asked for takes its time."""
    give_up = time.monotonic() + KNOWN_WITHIN_SECONDS
    while True:
        answer = await ask()
        if answer.status_code != 404 or time.monotonic() > give_up:
            return answer


def made(answer: httpx.Response) -> Json:
    """What was made."""
    assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
    found: Json = answer.json()
    return found


def refusal(answer: httpx.Response) -> str:
    """`status message`, or only the status for what was done."""
    if answer.is_success:
        return str(answer.status_code)
    [error] = answer.json()["errors"]
    return f"{answer.status_code} {error['message']}"
