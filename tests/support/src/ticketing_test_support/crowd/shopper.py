"""Somebody who sells and buys, and presses the button again when no answer comes."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from ticketing_common.money import to_minor
from ticketing_test_support.crowd.promises import Account, Cancellation, Listing, Promise, Purchase, Reservation
from ticketing_test_support.persistence import (
    DECLINED_CARD,
    GOOD_CARD,
    PASSWORD,
    Answer,
    Json,
    Unsettled,
    in_words,
    insist,
    own_open_order,
)

PATIENCE_SECONDS = 30.0
ANSWER_SECONDS = 40.0
PRICES = (12.5, 40, 99.99)
SHELF = 50
EDITED = 0.3  # of the tickets
OK, CREATED, DELETED = HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT
REFUSED, DECLINED = HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED


class GaveUp(Exception):
    """What was meant did not come about: no answer for `PATIENCE_SECONDS`, or one that does not help."""


@dataclass
class Notes:
    """What a crowd remembers: promises, answers by kind, what should never have been answered; and what is for sale."""

    promises: list[Promise] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    shelf: list[Json] = field(default_factory=list)

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

    async def sell(self) -> Json:
        """List a ticket, and sometimes change it at once."""
        body = {"title": f"Seat {secrets.token_hex(3)}", "price": self._dice.choice(PRICES)}
        ticket: Json = (await self._insist("POST", "/api/tickets", body, settled=(CREATED,))).json()
        self._promised_listing(ticket)
        if self._dice.random() < EDITED:
            body["price"] = self._dice.choice(PRICES)
            answer = await self._insist("PUT", f"/api/tickets/{ticket['id']}", body, settled=(OK,))
            self._promised_listing(answer.json())
        return ticket

    async def order(self, ticket: Json) -> Json | None:
        """Reserve it; None when somebody was faster."""
        answer = await self._insist("POST", "/api/orders", {"ticketId": ticket["id"]}, settled=(CREATED, REFUSED))
        order = answer.json() if answer.status_code == CREATED else await self._own_order(ticket["id"])
        if order is not None:
            price = to_minor(order["ticket"]["price"])
            self._notes.promises.append(Reservation(order["id"], order["ticket"]["id"], price))
        return order

    async def pay(self, order: Json, token: str = GOOD_CARD) -> None:
        """With a card that works; 400 where the time has run out, or an answer that was lost had paid already."""
        body = {"orderId": order["id"], "token": token}
        answer = await self._insist("POST", "/api/payments", body, settled=(CREATED, REFUSED))
        if answer.status_code == CREATED and answer.json()["status"] == "succeeded":
            self._notes.promises.append(Purchase(order["id"], answer.json()["id"]))

    async def try_two_cards(self, order: Json) -> None:
        """The first one is declined."""
        body = {"orderId": order["id"], "token": DECLINED_CARD}
        await self._insist("POST", "/api/payments", body, settled=(DECLINED, REFUSED))
        await self.pay(order)

    async def cancel(self, order: Json) -> None:
        """Think better of it; the ticket is for sale again."""
        await self._insist("DELETE", f"/api/orders/{order['id']}", None, settled=(DELETED,))
        self._notes.promises.append(Cancellation(order["id"]))
        self._put_on_shelf(order["ticket"])

    async def forget(self, order: Json) -> None:
        """Let the time run out; others try for the ticket meanwhile."""
        self._put_on_shelf(order["ticket"])

    async def _own_order(self, ticket_id: str) -> Json | None:
        """InvalidState because the ticket is taken: perhaps by oneself, by a try whose answer was lost."""
        answer = await self._insist("GET", "/api/orders?limit=100", None, settled=(OK,))
        return own_open_order(answer.json(), ticket_id)

    async def _insist(self, method: str, path: str, body: Json | None, *, settled: tuple[int, ...]) -> httpx.Response:
        """The first answer that settles the matter; one that neither settles it nor may pass is a surprise.

        Raises GaveUp.
        """
        route = f"{method} /{'/'.join(path.partition('?')[0].split('/')[1:3])}"

        def heard(answer: Answer) -> None:
            kind = answer.status_code if isinstance(answer, httpx.Response) else type(answer).__name__
            self._notes.answers[f"{route} {kind}"] += 1

        try:
            return await insist(
                self._http, method, path, body, settled=settled, patience_seconds=PATIENCE_SECONDS, heard=heard
            )
        except Unsettled as error:
            if not error.may_pass:
                self._notes.surprises.append(f"{route} answered {in_words(error.answer)}")
            raise GaveUp(route) from error

    def _promised_listing(self, ticket: Json) -> None:
        promise = Listing(ticket["id"], ticket["version"], ticket["title"], to_minor(ticket["price"]))
        self._notes.promises.append(promise)

    def _put_on_shelf(self, ticket: Json) -> None:
        if len(self._notes.shelf) < SHELF:
            self._notes.shelf.append(ticket)
