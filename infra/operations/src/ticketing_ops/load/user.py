"""A user who sells and buys."""

import random
import secrets
from datetime import UTC, datetime
from http import HTTPStatus

from ticketing_ops.load.record import Json, Record
from ticketing_ops.load.requests import GaveUp, RequestClient

PASSWORD = "open sesame"  # noqa: S105  of accounts that this generator creates
GOOD_CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_visa_chargeDeclined"
PRICES = (12.5, 40, 99.99)
MAX_ON_SALE = 50
# Of one user at a time, below the limit of open reservations.
MAX_ABANDONED = 5
# Of one user, below the limit of declined cards in an hour.
MAX_DECLINED = 9
EDITED, WITHDRAWN = 0.3, 0.05  # of the tickets
OK, CREATED, DELETED = HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT
REJECTED, DECLINED = HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED


class LoadUser:
    """One user. Users with the same `on_sale` buy each other's tickets. Methods raise GaveUp."""

    def __init__(
        self, client: RequestClient, record: Record, choice: random.Random, on_sale: list[Json] | None = None
    ) -> None:
        self.client = client
        self._record = record
        self._random = choice
        self._on_sale = [] if on_sale is None else on_sale
        self._abandoned: list[Json] = []
        self._declined = 0
        # A buyer cannot soon reserve again what they let go.
        self._let_go = set[str]()

    async def sign_up(self) -> None:
        """With a new address at each call; it may be taken, by an attempt whose response was lost."""
        body = {"email": f"user-{secrets.token_hex(6)}@example.com", "password": PASSWORD}
        response = await self.client.request("POST", "/api/users/signup", body, expected=(CREATED, REJECTED))
        if response.status_code == REJECTED:
            raise GaveUp(response.text)
        self._record.account_created(response.json()["id"])

    async def sell_and_buy(self) -> None:
        """Sell a ticket, then withdraw it, or order one and pay, try two cards, cancel or abandon it."""
        ticket = await self.sell()
        if self._random.random() < WITHDRAWN:
            await self.withdraw(ticket)
            return
        self._put_on_sale(ticket)
        ticket = self._on_sale.pop(self._random.randrange(len(self._on_sale)))
        if ticket["id"] in self._let_go:
            self._put_on_sale(ticket)
            return
        order = await self.order(ticket)
        if order is None:
            return
        actions = (self.pay, self.pay_with_second_card, self.cancel, self.abandon)
        await self._random.choices(actions, (10, 3, 3, 3))[0](order)

    async def sell(self) -> Json:
        """Create a ticket, and sometimes edit it at once."""
        body = {"title": f"Seat {secrets.token_hex(3)}", "price": self._random.choice(PRICES)}
        ticket: Json = (await self.client.request("POST", "/api/tickets", body, expected=(CREATED,))).json()
        self._record.ticket_saved(ticket)
        if self._random.random() < EDITED:
            body["price"] = self._random.choice(PRICES)
            response = await self.client.request("PUT", f"/api/tickets/{ticket['id']}", body, expected=(OK,))
            self._record.ticket_saved(response.json())
        return ticket

    async def withdraw(self, ticket: Json) -> None:
        """Take it off sale, before others have heard of it."""
        await self.client.request("DELETE", f"/api/tickets/{ticket['id']}", expected=(DELETED,))
        self._record.ticket_withdrawn(ticket["id"])

    async def order(self, ticket: Json) -> Json | None:
        """Reserve it; None when somebody else has."""
        body = {"ticketId": ticket["id"]}
        response = await self.client.request("POST", "/api/orders", body, expected=(CREATED, REJECTED))
        order = response.json() if response.status_code == CREATED else await self._own_order(ticket["id"])
        if order is not None:
            self._record.order_placed(order)
        return order

    async def pay(self, order: Json, token: str = GOOD_CARD) -> None:
        """With a good card; rejected when the order has expired, or an attempt whose response was lost has paid."""
        body = {"orderId": order["id"], "token": token}
        response = await self.client.request("POST", "/api/payments", body, expected=(CREATED, REJECTED))
        if response.status_code == CREATED and response.json()["status"] == "succeeded":
            self._record.payment_captured(order["id"], response.json()["id"])

    async def pay_with_second_card(self, order: Json) -> None:
        """The first one is declined, unless that has happened too often."""
        if self._declined < MAX_DECLINED:
            self._declined += 1
            body = {"orderId": order["id"], "token": DECLINED_CARD}
            await self.client.request("POST", "/api/payments", body, expected=(DECLINED, REJECTED))
        await self.pay(order)

    async def cancel(self, order: Json) -> None:
        """Cancel it; the ticket is on sale again."""
        await self.client.request("DELETE", f"/api/orders/{order['id']}", expected=(DELETED,))
        self._record.order_cancelled(order["id"])
        self._let_go.add(order["ticket"]["id"])
        self._put_on_sale(order["ticket"])

    async def abandon(self, order: Json) -> None:
        """Let it expire, unless too many wait for that already; others try for the ticket meanwhile."""
        now = datetime.now(UTC)
        self._abandoned = [item for item in self._abandoned if datetime.fromisoformat(item["expiresAt"]) > now]
        if len(self._abandoned) >= MAX_ABANDONED:
            await self.cancel(order)
            return
        self._abandoned.append(order)
        self._let_go.add(order["ticket"]["id"])
        self._put_on_sale(order["ticket"])

    async def _own_order(self, ticket_id: str) -> Json | None:
        """The user's own order that holds the ticket, placed by an attempt whose response was lost."""
        orders = (await self.client.request("GET", "/api/orders?limit=100", expected=(OK,))).json()
        return next((o for o in orders if o["ticket"]["id"] == ticket_id and o["status"] == "created"), None)

    def _put_on_sale(self, ticket: Json) -> None:
        if len(self._on_sale) < MAX_ON_SALE:
            self._on_sale.append(ticket)
