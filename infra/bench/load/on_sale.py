"""An on-sale, played by Locust: each buyer lists the tickets, opens one, reserves it, pays and follows the order.

Reads {url, sessions, active, pages} as JSON from standard input: `active` buyers at a time, as a waiting room admits
them, one journey for each session, listing and opening by `pages` or by the API. Prints {seconds, paid_seconds, steps,
outcomes, conflicts, errors}: the time until the last journey and the last paid one ended; `steps` has the response
times of each step in ms; an outcome is `paid`, `sold out`, `gave up` or `failed`; `conflicts` are expected, `errors`
are not.
"""

import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment

# A browser loads the first page as a document; a link within the app fetches only what React renders.
PAGE_HEADERS = {"list": {"Accept": "text/html"}, "open": {"RSC": "1"}}
CARD = "pm_card_visa"
TRIES = 20
POLL_SECONDS = 0.2
PATIENCE_SECONDS = 30.0
TICKET_LINK = re.compile(r'href="/tickets/([0-9a-f]{24})"')
PROGRESS_SECONDS = 5.0


class Report:
    """What the journeys met."""

    def __init__(self) -> None:
        self.steps: dict[str, list[float]] = defaultdict(list)
        self.outcomes: Counter[str] = Counter()
        self.conflicts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.seconds = self.paid_seconds = 0.0
        self._started_at = time.monotonic()

    def add(self, outcome: str) -> None:
        """The end of a journey."""
        self.outcomes[outcome] += 1
        self.seconds = time.monotonic() - self._started_at
        if outcome == "paid":
            self.paid_seconds = self.seconds

    def to_json(self) -> str:
        """For standard output."""
        return json.dumps({name: value for name, value in vars(self).items() if not name.startswith("_")})


class JourneyFailed(Exception):
    """An unexpected response ended the journey."""


class Buyer(FastHttpUser):  # type: ignore[misc]  # not installed where types are checked
    """One of the active buyers: a new session for each journey."""

    wait_time = constant(0)
    connection_timeout = network_timeout = PATIENCE_SECONDS
    report: Report
    sessions: Iterator[str]
    pages: bool

    @task  # type: ignore[untyped-decorator]
    def journey(self) -> None:
        """List, open, reserve, pay and follow. The user stops when there are no more sessions."""
        session = next(self.sessions, None)
        if session is None:
            self.stop()
            return
        self.headers = {"Cookie": f"session={session}"}
        try:
            self.report.add(self._buy())
        except JourneyFailed:
            self.report.add("failed")

    def _buy(self) -> str:
        for _ in range(TRIES):
            tickets = self._list()
            if not tickets:
                return "sold out"
            ticket = random.choice(tickets)  # noqa: S311
            self._send("open", "GET", f"{'' if self.pages else '/api'}/tickets/{ticket}", 200)
            order = self._reserve(ticket)
            if order is not None:
                self._send("pay", "POST", "/api/payments", 201, {"token": CARD, "orderId": order})
                self._follow(order)
                return "paid"
        return "gave up"

    def _list(self) -> list[str]:
        """The ids of the tickets on sale."""
        if self.pages:
            return TICKET_LINK.findall(self._send("list", "GET", "/", 200).text)
        return [ticket["id"] for ticket in self._send("list", "GET", "/api/tickets", 200).json()]

    def _reserve(self, ticket: str) -> str | None:
        """The id of the order; None when somebody else was faster."""
        response = self._send("reserve", "POST", "/api/orders", (201, 400), {"ticketId": ticket})
        if response.status_code == 201:  # noqa: PLR2004
            return str(response.json()["id"])
        self.report.conflicts[response.json()["errors"][0]["message"]] += 1
        return None

    def _follow(self, order: str) -> None:
        """Poll until the order is complete."""
        started_at = time.monotonic()
        while self._send("poll", "GET", f"/api/orders/{order}", 200).json()["status"] != "complete":
            if time.monotonic() - started_at > PATIENCE_SECONDS:
                self.report.errors["the order was not completed"] += 1
                raise JourneyFailed
            gevent.sleep(POLL_SECONDS)
        self.report.steps["follow"].append(1000 * (time.monotonic() - started_at))

    def _send(self, step: str, method: str, path: str, status: int | tuple[int, ...], body: object = None) -> Any:
        headers = self.headers | (PAGE_HEADERS.get(step, {}) if self.pages else {})
        started_at = time.monotonic()
        response = self.client.request(method, path, name=step, headers=headers, json=body)
        self.report.steps[step].append(1000 * (time.monotonic() - started_at))
        if response.status_code not in (status if isinstance(status, tuple) else (status,)):
            self.report.errors[f"{step}: {response.status_code} {(response.text or '')[:100]}"] += 1
            raise JourneyFailed
        return response


def main() -> None:
    """Play the on-sale."""
    job = json.load(sys.stdin)
    Buyer.host, Buyer.sessions, Buyer.pages, Buyer.report = job["url"], iter(job["sessions"]), job["pages"], Report()
    environment = Environment(user_classes=[Buyer], catch_exceptions=False)
    runner = environment.create_local_runner()
    runner.start(job["active"], spawn_rate=job["active"])
    while sum(Buyer.report.outcomes.values()) < len(job["sessions"]):
        gevent.sleep(PROGRESS_SECONDS)
        print(f"  {dict(Buyer.report.outcomes)}", file=sys.stderr, flush=True)
    runner.quit()
    print(Buyer.report.to_json())


if __name__ == "__main__":
    main()
