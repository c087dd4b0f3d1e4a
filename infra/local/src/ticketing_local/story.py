"""The story of the demo: what is done, and what must come of it. It prints nothing."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ticketing_local.visitor import Answer, StoryBroken, Visitor, shown

PASSWORD = "correct horse"  # noqa: S105  of accounts that live as long as the demo
LONGEST_WINDOW_SECONDS = 120
SETTLE_SECONDS = 20.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Step:
    """Something that was done and held; or, without an answer, a word about what is being waited for."""

    text: str
    answer: Answer | str | None = None


class Story:
    """Sam sells three tickets; Bea lets one go, buys one and cancels one; Rob comes too late."""

    def __init__(self, url: str) -> None:
        self.sam, self.bea, self.rob = (Visitor(name, url) for name in ("Sam", "Bea", "Rob"))
        self.tickets: list[dict[str, Any]] = []

    def steps(self) -> Iterator[Step]:
        """Each step when it has held. Raises StoryBroken at the first that does not."""
        try:
            for chapter in (self.accounts, self.sale, self.expiry, self.purchase, self.too_late, self.change_of_mind):
                yield from chapter()
            yield from self.ending()
        finally:
            for visitor in (self.sam, self.bea, self.rob):
                visitor.close()

    def accounts(self) -> Iterator[Step]:
        """Three people sign up; the cookie says who is asking from then on."""
        for visitor in (self.sam, self.bea, self.rob):
            text = f"{visitor.name} signs up"
            body = {"email": visitor.email, "password": PASSWORD}
            yield Step(text, visitor.ask(text, "POST", "/api/users/signup", expect=201, body=body))

    def sale(self) -> Iterator[Step]:
        """Three tickets are listed."""
        for title, price in (("Front row", 120), ("Balcony", 45.5), ("Standing", 20)):
            text = f"Sam lists “{title}” for ${price:.2f}"
            answer = self.sam.ask(text, "POST", "/api/tickets", expect=201, body={"title": title, "price": price})
            self.tickets.append(answer.body)
            yield Step(text, answer)

    def expiry(self) -> Iterator[Step]:
        """An order that is not paid gives its ticket back by itself."""
        order = yield from self._order(0)
        remaining = (datetime.fromisoformat(order["expiresAt"]) - datetime.now(UTC)).total_seconds()
        self._refuse_long_wait(order, remaining)
        yield Step(f"Bea forgets to pay; the hold ends in {max(remaining, 0):.0f} s …")
        yield self._until_order(order, "cancelled", "expired", max(remaining, 0))
        yield self._until_free(0)

    def purchase(self) -> Iterator[Step]:
        """A card that is declined changes nothing; one that is not pays the order."""
        order = yield from self._order(1)
        payment = {"token": "pm_card_visa_chargeDeclined", "orderId": order["id"]}
        text = "Bea pays with a card that is declined"
        yield Step(text, self.bea.ask(text, "POST", "/api/payments", expect=402, body=payment))
        text = "Bea pays with another card"
        payment["token"] = "pm_card_visa"  # noqa: S105  Stripe's published test card
        yield Step(text, self.bea.ask(text, "POST", "/api/payments", expect=201, body=payment))
        yield self._until_order(order, "complete", None)

    def too_late(self) -> Iterator[Step]:
        """What is sold is sold."""
        text = f"Rob wants “{self.tickets[1]['title']}” too"
        body = {"ticketId": self.tickets[1]["id"]}
        yield Step(text, self.rob.ask(text, "POST", "/api/orders", expect=400, body=body))

    def change_of_mind(self) -> Iterator[Step]:
        """An order can be given up before it is paid."""
        order = yield from self._order(2)
        text = "Bea cancels it"
        yield Step(text, self.bea.ask(text, "DELETE", f"/api/orders/{order['id']}", expect=204))
        yield self._until_order(order, "cancelled", "buyer")
        yield self._until_free(2)

    def ending(self) -> Iterator[Step]:
        """Two of the three are for sale again, and only those."""
        text = "Anyone sees what can be bought: “Front row” and “Standing”, not “Balcony”"
        ours = {ticket["id"]: ticket["title"] for ticket in self.tickets}
        expected = {self.tickets[0]["title"], self.tickets[2]["title"]}

        def look() -> tuple[bool, str]:
            answer = self.rob.ask(text, "GET", "/api/tickets?limit=100", expect=200)
            titles = [ours[ticket["id"]] for ticket in answer.body if ticket["id"] in ours]
            return set(titles) == expected, f"200 {', '.join(titles)}"

        yield Step(text, _until(text, f"{' and '.join(sorted(expected))}", look))
        text = "Bea looks at her orders"
        answer = self.bea.ask(text, "GET", "/api/orders", expect=200)
        lines = [f"{order['ticket']['title']}: {order['status']}" for order in answer.body]
        yield Step(text, f"200 {', '.join(lines)}")

    def _order(self, index: int) -> Generator[Step, None, dict[str, Any]]:
        ticket = self.tickets[index]
        text = f"Bea orders “{ticket['title']}”"
        answer = self.bea.ask(text, "POST", "/api/orders", expect=201, body={"ticketId": ticket["id"]})
        yield Step(text, answer)
        order: dict[str, Any] = answer.body
        return order

    def _refuse_long_wait(self, order: dict[str, Any], remaining: float) -> None:
        if remaining <= LONGEST_WINDOW_SECONDS:
            return
        text = "Bea lets the order expire"
        self.bea.ask(text, "DELETE", f"/api/orders/{order['id']}", expect=204)
        hint = "start that stack with EXPIRATION_WINDOW_SECONDS=10, or run the demo without --url"
        came = f"it holds a ticket for {remaining:.0f} s: {hint}"
        raise StoryBroken(text, f"a window of at most {LONGEST_WINDOW_SECONDS} s", came)

    def _until_order(self, order: dict[str, Any], status: str, reason: str | None, after: float = 0) -> Step:
        because = f" ({reason})" if reason else ""
        text = f"The order is {status}{because}"

        def look() -> tuple[bool, str]:
            body = self.bea.ask(text, "GET", f"/api/orders/{order['id']}", expect=200).body
            facts = {key: body[key] for key in ("status", "reason", "version", "payment") if body.get(key) is not None}
            return (body["status"], body.get("reason")) == (status, reason), str(Answer(200, facts))

        return Step(text, _until(text, f"{status}{because}", look, after))

    def _until_free(self, index: int) -> Step:
        ticket = self.tickets[index]
        text = f"“{ticket['title']}” can be bought again"

        def look() -> tuple[bool, str]:
            body = self.rob.ask(text, "GET", f"/api/tickets/{ticket['id']}", expect=200).body
            return body.get("orderId") is None, shown(f"200 version {body['version']}, orderId {body.get('orderId')}")

        return Step(text, _until(text, "no orderId", look))


def _until(text: str, expected: str, look: Callable[[], tuple[bool, str]], after: float = 0) -> str:
    """Look until it holds; what was seen then. Raises StoryBroken SETTLE_SECONDS after it should have."""
    deadline = time.monotonic() + after + SETTLE_SECONDS
    while True:
        holds, seen = look()
        if holds:
            return seen
        if time.monotonic() > deadline:
            raise StoryBroken(text, f"{expected} within {SETTLE_SECONDS:.0f} s", seen)
        time.sleep(POLL_SECONDS)
