"""The demo's steps: requests and their expected results. It prints nothing."""

import json
import secrets
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo_client import DemoUser, EventLog, Response, StepFailed, shorten

PASSWORD = "correct horse"  # noqa: S105  of temporary accounts
MAX_WINDOW_SECONDS = 120
SETTLE_SECONDS = 20.0
POLL_SECONDS = 0.1

Order = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A step that succeeded, or, without a result, a remark."""

    text: str
    result: Response | str | None = None


class Scenario:
    """Sam sells three tickets; Bea lets one expire, buys one and cancels one, which Sam withdraws; Rob watches."""

    def __init__(self, url: str) -> None:
        self.sam, self.bea, self.rob = self.users = [DemoUser(name, url) for name in ("Sam", "Bea", "Rob")]
        self.tickets: list[dict[str, Any]] = []
        self.live: EventLog

    def steps(self) -> Iterator[Step]:
        """Each step once it has succeeded. Raises StepFailed at the first that does not."""
        try:
            for part in (self.sign_up, self.list_tickets, self.search, self.follow, self.expire):
                yield from part()
            for part in (self.purchase, self.too_late, self.cancel, self.withdraw, self.result):
                yield from part()
        finally:
            for user in self.users:
                user.close()

    def sign_up(self) -> Iterator[Step]:
        """Three users sign up and keep their session cookie."""
        for user in self.users:
            text, account = f"{user.name} signs up", {"email": user.email, "password": PASSWORD}
            yield Step(text, user.request(text, "POST", "/api/users/signup", expect=201, body=account))

    def list_tickets(self) -> Iterator[Step]:
        """Three tickets are put on sale. A request that is sent again changes nothing."""
        for title, price in (("Front row", 120), ("Balcony", 45.5), ("Standing", 20)):
            text, ticket = f"Sam lists “{title}” for ${price:.2f}", {"title": title, "price": price}
            key = {"Idempotency-Key": secrets.token_hex(8)}
            response = self.sam.request(text, "POST", "/api/tickets", expect=201, body=ticket, headers=key)
            self.tickets.append(response.body)
            yield Step(text, response)
        text = "Sam sends the last request again"
        again = self.sam.request(text, "POST", "/api/tickets", expect=201, body=ticket, headers=key)
        if again.body != response.body:
            raise StepFailed(text, str(response), str(again))
        yield Step(text, f"{again.status}, the same response and no second ticket")

    def search(self) -> Iterator[Step]:
        """The beginning of a word finds its titles."""
        text, path = "Rob searches for “balc” below $50", "/api/tickets?q=balc&maxPrice=50"
        found = self.rob.request(text, "GET", path, expect=200)
        if self.tickets[1]["id"] not in {ticket["id"] for ticket in found.body}:
            raise StepFailed(text, self.tickets[1]["title"], str(found))
        yield Step(text, f"200 {', '.join(ticket['title'] for ticket in found.body)}")

    def follow(self) -> Iterator[Step]:
        """From now on Rob sees what happens to tickets, without asking."""
        text = "Rob follows what happens to tickets"
        self.live = self.rob.follow(text, "/api/tickets/stream")
        yield Step(text, "200 text/event-stream")

    def expire(self) -> Iterator[Step]:
        """An unpaid order expires and releases its ticket; where that takes too long to watch, Bea does."""
        order = yield from self._order(0)
        yield self._wait_for_event("reserved", 0)
        text, path = "Rob asks to be told when it is free", f"/api/tickets/{self.tickets[0]['id']}/alert"
        yield Step(text, self.rob.request(text, "PUT", path, expect=200))
        remaining = max(0.0, (datetime.fromisoformat(order["expiresAt"]) - datetime.now(UTC)).total_seconds())
        if remaining > MAX_WINDOW_SECONDS:
            yield Step(
                f"Reservations last {remaining / 60:.0f} min here, too long to watch one expire, so Bea releases it. "
                "To watch: EXPIRATION_WINDOW_SECONDS=10 make run, or the demo without --url."
            )
            text = "Bea releases it"
            yield Step(text, self.bea.request(text, "DELETE", f"/api/orders/{order['id']}", expect=204))
            yield self._wait_for_order(order, "cancelled", "buyer")
        else:
            yield Step(f"Bea does not pay; the reservation ends in {remaining:.0f} s …")
            yield self._wait_for_order(order, "cancelled", "expired", after=remaining)
        yield self._wait_until_free(0)
        yield self._wait_for_event("freed", 0)
        yield self._wait_for_alert(0)

    def purchase(self) -> Iterator[Step]:
        """A declined card changes nothing; a good one completes the order."""
        order = yield from self._order(1)
        for text, token, status in (
            ("Bea pays with a card that is declined", "pm_card_visa_chargeDeclined", 402),
            ("Bea pays with another card", "pm_card_visa", 201),
        ):
            payment = {"token": token, "orderId": order["id"]}
            yield Step(text, self.bea.request(text, "POST", "/api/payments", expect=status, body=payment))
        yield self._wait_for_order(order, "complete", None)

    def too_late(self) -> Iterator[Step]:
        """A sold ticket cannot be ordered."""
        text, body = f"Rob wants “{self.tickets[1]['title']}” too", {"ticketId": self.tickets[1]["id"]}
        yield Step(text, self.rob.request(text, "POST", "/api/orders", expect=400, body=body))

    def cancel(self) -> Iterator[Step]:
        """An order can be cancelled until it is paid."""
        order = yield from self._order(2)
        text = "Bea cancels it"
        yield Step(text, self.bea.request(text, "DELETE", f"/api/orders/{order['id']}", expect=204))
        yield self._wait_for_order(order, "cancelled", "buyer")
        yield self._wait_until_free(2)

    def withdraw(self) -> Iterator[Step]:
        """A ticket that its seller withdraws is gone for everybody else."""
        ticket = self.tickets[2]
        text = f"Sam withdraws “{ticket['title']}”"
        yield Step(text, self.sam.request(text, "DELETE", f"/api/tickets/{ticket['id']}", expect=204))
        yield self._wait_for_event("withdrawn", 2)
        text = f"Rob opens “{ticket['title']}”"
        yield Step(text, self.rob.request(text, "GET", f"/api/tickets/{ticket['id']}", expect=404))

    def result(self) -> Iterator[Step]:
        """One of the three tickets is on sale again, one is sold."""
        text = "“Front row” is listed as on sale, “Balcony” and “Standing” are not"
        titles = {ticket["id"]: ticket["title"] for ticket in self.tickets}
        expected = {self.tickets[0]["title"]}

        def check() -> tuple[bool, str]:
            listed = self.rob.request(text, "GET", "/api/tickets?limit=100", expect=200).body
            found = [titles[ticket["id"]] for ticket in listed if ticket["id"] in titles]
            return set(found) == expected, f"200 {', '.join(found)}"

        yield Step(text, _wait(text, " and ".join(sorted(expected)), check))
        text = "Bea lists her orders"
        orders = self.bea.request(text, "GET", "/api/orders", expect=200).body
        lines = [f"{order['ticket']['title']}: {order['status']}" for order in orders]
        yield Step(text, f"200 {', '.join(lines)}")
        text = "Sam sees what was listed and sold"
        listed = self.sam.request(text, "GET", "/api/tickets/summary", expect=200).body["listed"]
        sales = self.sam.request(text, "GET", "/api/orders/sales", expect=200)
        yield Step(text, f"{sales.status} listed: {listed['count']} for {listed['amount']}, {_sums(sales.body)}")

    def _order(self, index: int) -> Generator[Step, None, Order]:
        ticket = self.tickets[index]
        text = f"Bea orders “{ticket['title']}”"
        response = self.bea.request(text, "POST", "/api/orders", expect=201, body={"ticketId": ticket["id"]})
        yield Step(text, response)
        order: Order = response.body
        return order

    def _wait_for_event(self, event: str, index: int) -> Step:
        ticket = self.tickets[index]
        text = f"Rob is told that “{ticket['title']}” is {event}"

        def check() -> tuple[bool, str]:
            found = self.live.find(event, ticket["id"])
            return found is not None, found or "no such event"

        return Step(text, _wait(text, f"event: {event}", check))

    def _wait_for_order(self, order: Order, status: str, reason: str | None, *, after: float = 0) -> Step:
        expected = f"{status} ({reason})" if reason else status
        text = f"The order is {expected}"

        def check() -> tuple[bool, str]:
            body = self.bea.request(text, "GET", f"/api/orders/{order['id']}", expect=200).body
            shown = {key: body[key] for key in ("status", "reason", "version", "payment") if body.get(key) is not None}
            return (body["status"], body.get("reason")) == (status, reason), str(Response(200, shown))

        return Step(text, _wait(text, expected, check, after=after))

    def _wait_for_alert(self, index: int) -> Step:
        ticket = self.tickets[index]
        text = f"Rob's alert for “{ticket['title']}” is sent"

        def check() -> tuple[bool, str]:
            alerts = self.rob.request(text, "GET", "/api/tickets/alerts", expect=200).body
            states = [alert["state"] for alert in alerts if alert["ticket"]["id"] == ticket["id"]]
            return states == ["notified"], f"200 {', '.join(states)}"

        return Step(text, _wait(text, "notified", check))

    def _wait_until_free(self, index: int) -> Step:
        ticket = self.tickets[index]
        text = f"“{ticket['title']}” is on sale again"

        def check() -> tuple[bool, str]:
            body = self.rob.request(text, "GET", f"/api/tickets/{ticket['id']}", expect=200).body
            return body.get("orderId") is None, shorten(
                f"200 version {body['version']}, orderId {json.dumps(body.get('orderId'))}"
            )

        return Step(text, _wait(text, "no orderId", check))


def _sums(sales: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {total['count']} for {total['amount']}" for name, total in sales.items())


def _wait(text: str, expected: str, check: Callable[[], tuple[bool, str]], *, after: float = 0) -> str:
    """Poll until `check` passes; returns its description. Raises StepFailed SETTLE_SECONDS after `after` seconds."""
    deadline = time.monotonic() + after + SETTLE_SECONDS
    while True:
        passes, actual = check()
        if passes:
            return actual
        if time.monotonic() > deadline:
            raise StepFailed(text, f"{expected} within {SETTLE_SECONDS:.0f} s", actual)
        time.sleep(POLL_SECONDS)
