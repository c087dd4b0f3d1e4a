"""A user who sells and buys, and retries until a response settles the request."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from ticketing_common.currency import USD
from ticketing_test_support.api import (
    DECLINED_CARD,
    GOOD_CARD,
    PASSWORD,
    ApiClient,
    Json,
    Outcome,
    UnexpectedResponse,
    describe,
)
from ticketing_test_support.load.accepted import (
    AccountCreated,
    OrderCancelled,
    OrderPlaced,
    PaymentCaptured,
    TicketSaved,
    Write,
)

RETRY_SECONDS = 30.0
PRICES = (12.5, 40, 99.99)
MAX_ON_SALE = 50
EDITED = 0.3  # of the tickets
OK, CREATED, DELETED = HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT
REJECTED, DECLINED = HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED


class GaveUp(Exception):
    """No response that settles the request came in time."""


@dataclass
class Record:
    """Accepted writes, responses by kind, responses that should never be seen; and the tickets on sale."""

    accepted: list[Write] = field(default_factory=list)
    responses: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    on_sale: list[Json] = field(default_factory=list)

    def count(self, kind: type[Write]) -> int:
        """How many writes of this kind were accepted."""
        return sum(isinstance(write, kind) for write in self.accepted)


class LoadUser:
    """One user. All share one `record`."""

    def __init__(self, client: ApiClient, record: Record, choice: random.Random) -> None:
        self._client = client
        self._record = record
        self._random = choice

    async def sign_up(self) -> None:
        """With a new address at each call. GaveUp when it is taken, by an attempt whose response was lost."""
        body = {"email": f"user-{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        response = await self._request("POST", "/api/users/signup", body, expected=(CREATED, REJECTED))
        if response.status_code == REJECTED:
            raise GaveUp(response.text)
        self._record.accepted.append(AccountCreated(response.json()["id"]))

    async def sell_and_buy(self) -> None:
        """Sell a ticket, then order one and pay, try two cards, cancel or abandon it."""
        self._put_on_sale(await self.sell())
        tickets = self._record.on_sale
        order = await self.order(tickets.pop(self._random.randrange(len(tickets))))
        if order is None:
            return
        actions = (self.pay, self.pay_with_second_card, self.cancel, self.abandon)
        await self._random.choices(actions, (10, 3, 3, 3))[0](order)

    async def sell(self) -> Json:
        """Create a ticket, and sometimes edit it at once."""
        body = {"title": f"Seat {secrets.token_hex(3)}", "price": self._random.choice(PRICES)}
        ticket: Json = (await self._request("POST", "/api/tickets", body, expected=(CREATED,))).json()
        self._record_ticket(ticket)
        if self._random.random() < EDITED:
            body["price"] = self._random.choice(PRICES)
            response = await self._request("PUT", f"/api/tickets/{ticket['id']}", body, expected=(OK,))
            self._record_ticket(response.json())
        return ticket

    async def order(self, ticket: Json) -> Json | None:
        """Reserve it; None when somebody else has."""
        body = {"ticketId": ticket["id"]}
        response = await self._request("POST", "/api/orders", body, expected=(CREATED, REJECTED))
        order = response.json() if response.status_code == CREATED else await self._own_order(ticket["id"])
        if order is not None:
            price = USD.to_minor(order["ticket"]["price"])
            self._record.accepted.append(OrderPlaced(order["id"], order["ticket"]["id"], price))
        return order

    async def pay(self, order: Json, token: str = GOOD_CARD) -> None:
        """With a good card; rejected when the order has expired, or an attempt whose response was lost has paid."""
        body = {"orderId": order["id"], "token": token}
        response = await self._request("POST", "/api/payments", body, expected=(CREATED, REJECTED))
        if response.status_code == CREATED and response.json()["status"] == "succeeded":
            self._record.accepted.append(PaymentCaptured(order["id"], response.json()["id"]))

    async def pay_with_second_card(self, order: Json) -> None:
        """The first one is declined."""
        body = {"orderId": order["id"], "token": DECLINED_CARD}
        await self._request("POST", "/api/payments", body, expected=(DECLINED, REJECTED))
        await self.pay(order)

    async def cancel(self, order: Json) -> None:
        """Cancel it; the ticket is on sale again."""
        await self._request("DELETE", f"/api/orders/{order['id']}", None, expected=(DELETED,))
        self._record.accepted.append(OrderCancelled(order["id"]))
        self._put_on_sale(order["ticket"])

    async def abandon(self, order: Json) -> None:
        """Let it expire; others try for the ticket meanwhile."""
        self._put_on_sale(order["ticket"])

    async def _own_order(self, ticket_id: str) -> Json | None:
        """The user's own order that holds the ticket, placed by an attempt whose response was lost."""
        orders = (await self._request("GET", "/api/orders?limit=100", None, expected=(OK,))).json()
        return next((o for o in orders if o["ticket"]["id"] == ticket_id and o["status"] == "created"), None)

    async def _request(self, method: str, path: str, body: Json | None, *, expected: tuple[int, ...]) -> httpx.Response:
        """The first expected response; GaveUp when none comes. One that no retry changes is recorded as unexpected."""
        route = f"{method} /{'/'.join(path.partition('?')[0].split('/')[1:3])}"

        def count(outcome: Outcome) -> None:
            kind = outcome.status_code if isinstance(outcome, httpx.Response) else type(outcome).__name__
            self._record.responses[f"{route} {kind}"] += 1

        try:
            return await self._client.request_until(
                method, path, body, expected=expected, within=RETRY_SECONDS, on_outcome=count
            )
        except UnexpectedResponse as error:
            if not error.retryable:
                self._record.unexpected.append(f"{route}: {describe(error.outcome)}")
            raise GaveUp(route) from error

    def _record_ticket(self, ticket: Json) -> None:
        saved = TicketSaved(ticket["id"], ticket["version"], ticket["title"], USD.to_minor(ticket["price"]))
        self._record.accepted.append(saved)

    def _put_on_sale(self, ticket: Json) -> None:
        if len(self._record.on_sale) < MAX_ON_SALE:
            self._record.on_sale.append(ticket)
