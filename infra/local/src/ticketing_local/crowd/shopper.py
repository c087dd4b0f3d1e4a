"""Somebody who sells and buys, and presses the button again when no answer comes."""

import asyncio
import random
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from ticketing_common.money import to_minor
from ticketing_local.crowd.promises import Account, Cancellation, Listing, Promise, Purchase, Reservation

PASSWORD = "open sesame"  # noqa: S105  of accounts that live as long as a test
GOOD_CARD, DECLINED_CARD = "pm_card_visa", "pm_card_visa_chargeDeclined"
PATIENCE_SECONDS = 30.0
TRY_AGAIN_SECONDS = 0.3
ANSWER_SECONDS = 40.0
PRICES = (12.5, 40, 99.99)
SHELF = 50
EDITED = 0.3  # of the tickets
OK, CREATED, DELETED = HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT
REFUSED, DECLINED = HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED
# What was just made has not come everywhere yet (404), or somebody is away.
TRY_AGAIN = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)


class GaveUp(Exception):
    """What was meant did not come about: no answer for `PATIENCE_SECONDS`, or one that does not help."""


@dataclass
class Notes:
    """What a crowd remembers: promises, answers by kind, what should never have been answered; and what is for sale."""

    promises: list[Promise] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    shelf: list[dict[str, Any]] = field(default_factory=list)

    def count(self, kind: type[Promise]) -> int:
        """How many promises of this kind were made."""
        return sum(isinstance(promise, kind) for promise in self.promises)


class Shopper:
    """One person with an account and a browser. All share one `notes`."""

    def __init__(self, http: httpx.AsyncClient, notes: Notes, dice: random.Random) -> None:
        self._http = http
        self._notes = notes
        self._dice = dice

    async def sign_up(self) -> None:
        """Under a new address at each call. Raises GaveUp when it is taken, by a try whose answer was lost."""
        body = {"email": f"crowd-{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        answer = await self._insist("POST", "/api/users/signup", body, settled=(CREATED, REFUSED))
        if answer.status_code == REFUSED:
            raise GaveUp(answer.text)
        self._notes.promises.append(Account(answer.json()["id"]))

    async def visit(self) -> None:
        """Sell something, then buy something and do with the order what people do."""
        self._put_on_shelf(await self.sell())
        order = await self.order(self._notes.shelf.pop(self._dice.randrange(len(self._notes.shelf))))
        if order is None:
            return
        act = self._dice.choices((self.pay, self.try_two_cards, self.cancel, self.forget), (10, 3, 3, 3))[0]
        await act(order)

    async def sell(self) -> dict[str, Any]:
        """List a ticket, and sometimes change it at once."""
        body = {"title": f"Seat {secrets.token_hex(3)}", "price": self._dice.choice(PRICES)}
        ticket: dict[str, Any] = (await self._insist("POST", "/api/tickets", body, settled=(CREATED,))).json()
        self._promised_listing(ticket)
        if self._dice.random() < EDITED:
            body["price"] = self._dice.choice(PRICES)
            answer = await self._insist("PUT", f"/api/tickets/{ticket['id']}", body, settled=(OK,))
            self._promised_listing(answer.json())
        return ticket

    async def order(self, ticket: dict[str, Any]) -> dict[str, Any] | None:
        """Reserve it; None when somebody was faster."""
        answer = await self._insist("POST", "/api/orders", {"ticketId": ticket["id"]}, settled=(CREATED, REFUSED))
        order = answer.json() if answer.status_code == CREATED else await self._own_order(ticket["id"])
        if order is not None:
            price = to_minor(order["ticket"]["price"])
            self._notes.promises.append(Reservation(order["id"], order["ticket"]["id"], price))
        return order

    async def pay(self, order: dict[str, Any], token: str = GOOD_CARD) -> None:
        """With a card that works; 400 where the time has run out, or an answer that was lost had paid already."""
        body = {"orderId": order["id"], "token": token}
        answer = await self._insist("POST", "/api/payments", body, settled=(CREATED, REFUSED))
        if answer.status_code == CREATED and answer.json()["status"] == "succeeded":
            self._notes.promises.append(Purchase(order["id"], answer.json()["id"]))

    async def try_two_cards(self, order: dict[str, Any]) -> None:
        """The first one is declined."""
        body = {"orderId": order["id"], "token": DECLINED_CARD}
        await self._insist("POST", "/api/payments", body, settled=(DECLINED, REFUSED))
        await self.pay(order)

    async def cancel(self, order: dict[str, Any]) -> None:
        """Think better of it; the ticket is for sale again."""
        await self._insist("DELETE", f"/api/orders/{order['id']}", None, settled=(DELETED,))
        self._notes.promises.append(Cancellation(order["id"]))
        self._put_on_shelf(order["ticket"])

    async def forget(self, order: dict[str, Any]) -> None:
        """Let the time run out; others try for the ticket meanwhile."""
        self._put_on_shelf(order["ticket"])

    async def _own_order(self, ticket_id: str) -> dict[str, Any] | None:
        """Refused because the ticket is taken: perhaps by oneself, by a try whose answer was lost."""
        answer = await self._insist("GET", "/api/orders?limit=100", None, settled=(OK,))
        mine = (order for order in answer.json() if order["ticket"]["id"] == ticket_id)
        return next((order for order in mine if order["status"] == "created"), None)

    async def _insist(
        self, method: str, path: str, body: dict[str, Any] | None, *, settled: tuple[int, ...]
    ) -> httpx.Response:
        """The first answer that settles the matter; lost answers and `TRY_AGAIN` do not. Any other is a surprise.

        Raises GaveUp.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        route = f"{method} /{'/'.join(path.partition('?')[0].split('/')[1:3])}"
        while time.monotonic() < deadline:
            try:
                answer = await self._http.request(method, path, json=body)
            except httpx.TransportError as error:
                self._notes.answers[f"{route} {type(error).__name__}"] += 1
            else:
                self._notes.answers[f"{route} {answer.status_code}"] += 1
                if answer.status_code in settled:
                    return answer
                if answer.status_code not in TRY_AGAIN:
                    self._notes.surprises.append(f"{route} answered {answer.status_code}: {answer.text[:300]}")
                    raise GaveUp(route)
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        raise GaveUp(route)

    def _promised_listing(self, ticket: dict[str, Any]) -> None:
        promise = Listing(ticket["id"], ticket["version"], ticket["title"], to_minor(ticket["price"]))
        self._notes.promises.append(promise)

    def _put_on_shelf(self, ticket: dict[str, Any]) -> None:
        if len(self._notes.shelf) < SHELF:
            self._notes.shelf.append(ticket)
