"""What the HTTP rows read and use up: tickets, orders and sessions on a stack of their own."""

import itertools
import json
import random
from collections.abc import Sequence

import httpx

from ticketing_bench.load import Request
from ticketing_bench.seed import Seed
from ticketing_bench.stack import Stack, User
from ticketing_bench.waiting import wait_for

TICKETS = 1_000
SESSIONS = 500
BUYERS = 50
ORDERS_EACH = 20
MANY_TICKETS = 1_000_000
MANY_ORDERS = 500_000
PASSWORD = "open sesame"  # noqa: S105  of a temporary stack


class Data:
    """1,000 tickets on sale, 500 sessions, and 50 buyers with 20 orders each. Choices are the same in each run."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._random = random.Random(14)  # noqa: S311
        self._users, self._buyers = stack.users(SESSIONS), stack.users(BUYERS)
        self._seed = Seed(stack, self._users[0])
        self._orders = self._seed.orders(BUYERS * ORDERS_EACH, self._buyers)
        self._tickets = self._seed.tickets(TICKETS)
        self.account = {"email": "bench@example.com", "password": PASSWORD}
        httpx.post(f"{stack.urls['auth']}/api/users/signup", json=self.account, trust_env=False).raise_for_status()

    def grow(self) -> None:
        """To a million tickets and half a million orders, of other buyers."""
        self._tickets = [*self._tickets, *self._seed.tickets(MANY_TICKETS)]
        self._seed.orders(MANY_ORDERS, self._users)

    def users(self, count: int) -> list[User]:
        """As many sessions, of 500 users in random order."""
        return list(itertools.islice(itertools.cycle(self._random.sample(self._users, SESSIONS)), count))

    def buyers(self, count: int) -> list[User]:
        """As many sessions of users with 20 orders."""
        return self._random.choices(self._buyers, k=count)

    def orders(self, count: int) -> list[tuple[str, User]]:
        """As many orders, with their buyers."""
        chosen = self._random.choices(range(len(self._orders)), k=count)
        return [(self._orders[i], self._buyers[i % BUYERS]) for i in chosen]

    def tickets(self, count: int) -> list[str]:
        """As many random tickets on sale."""
        return self._random.choices(self._tickets, k=count)

    def new_tickets(self, count: int) -> Sequence[str]:
        """Tickets that are free and that nobody else uses."""
        return self._seed.tickets(count)

    def new_orders(self, count: int) -> list[tuple[str, User]]:
        """New unpaid orders with their buyers, placed over HTTP and known to payments."""
        users = self.users(count)
        requests = [
            Request("/api/orders", "POST", user.session, {"ticketId": ticket})
            for ticket, user in zip(self.new_tickets(count), users, strict=True)
        ]
        # On one connection, so that the responses are in the order of the requests.
        orders = self._stack.load.send(self._stack.urls["orders"], requests, connections=1, keep_bodies=True)
        ids = [str(json.loads(body)["id"]) for body in orders.require(201).bodies]
        known = self._stack.mongo["payments"]["payments"]
        wait_for("payments knows the orders", lambda: known.count_documents({"_id": {"$in": ids}}) == count)
        return list(zip(ids, users, strict=True))

    def deep(self) -> str:
        """The id after which a tenth of the tickets follows in the list, newest first."""
        return self._tickets[len(self._tickets) // 10]
