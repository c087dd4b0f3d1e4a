"""Somebody with a browser who presses the button again when no answer comes, as people do."""

import asyncio
import secrets
import time
from http import HTTPStatus
from typing import Any

import httpx

from ticketing_test_support.persistence import (
    GOOD_CARD,
    PASSWORD,
    PAUSE_SECONDS,
    TRY_AGAIN,
    Json,
    Unsettled,
    ask_once,
    insist,
    own_open_order,
)
from ticketing_test_support.recorder import eventually

PATIENCE_SECONDS = 90.0
PRICE = 40
# A process that dies in the middle of its work may leave a 500 to be answered.
_TROUBLE = TRY_AGAIN | {HTTPStatus.INTERNAL_SERVER_ERROR}


class Customer:
    """One person. `patience`: seconds until one gives up."""

    def __init__(self, http: httpx.AsyncClient, *, patience: float = PATIENCE_SECONDS) -> None:
        self._http = http
        self.patience = patience
        self.email = f"customer-{secrets.token_hex(6)}@example.com"

    @property
    def credentials(self) -> Json:
        """For signing up and in."""
        return {"email": self.email, "password": PASSWORD}

    async def asks(self, method: str, path: str, body: Json | None = None, *, settled: tuple[int, ...]) -> Any:
        """The status and body of the first answer that settles the matter, however often one has to ask.

        Raises AssertionError at any other answer, and when patience is at its end.
        """
        try:
            answer = await insist(
                self._http, method, path, body, settled=settled, patience_seconds=self.patience, try_again=_TROUBLE
            )
        except Unsettled as error:
            raise AssertionError(str(error)) from error
        return answer.status_code, answer.json() if answer.content else None

    async def lists(self, title: str | None = None) -> Json:
        """One ticket of this title: before each try one looks whether an earlier one was stored, its answer lost."""
        title = title or f"Seat {secrets.token_hex(6)}"
        give_up = time.monotonic() + self.patience
        while not (mine := await self._mine(title)) and time.monotonic() < give_up:
            await ask_once(self._http, "POST", "/api/tickets", {"title": title, "price": PRICE})
        assert len(mine) == 1, f"{len(mine)} tickets with the title {title}"
        return mine[0]

    async def sees_taken(self, ticket: Json) -> None:
        """Wait until tickets has heard that an order holds it, whatever became of that order since."""

        async def is_taken() -> bool:
            await asyncio.sleep(PAUSE_SECONDS)
            _, found = await self.asks("GET", f"/api/tickets/{ticket['id']}", settled=(200,))
            return bool(found["version"] > 0)

        await eventually(is_taken, within=self.patience, what=f"ticket {ticket['id']} being taken")

    async def _mine(self, title: str) -> list[Json]:
        _, tickets = await self.asks("GET", "/api/tickets?seller=me&limit=100", settled=(200,))
        return [ticket for ticket in tickets if ticket["title"] == title]

    async def orders(self, ticket: Json) -> Json:
        """A live order of the ticket; one's own, when an earlier try was stored and its answer lost."""
        give_up = time.monotonic() + self.patience
        while True:
            status, answer = await self.asks("POST", "/api/orders", {"ticketId": ticket["id"]}, settled=(201, 400))
            if status == HTTPStatus.CREATED:
                return dict(answer)
            _, mine = await self.asks("GET", "/api/orders?limit=100", settled=(200,))
            if order := own_open_order(mine, ticket["id"]):
                return order
            if time.monotonic() > give_up:
                raise AssertionError(f"ticket {ticket['id']} cannot be ordered: {answer}")
            await asyncio.sleep(PAUSE_SECONDS)

    async def gives_up(self, order: Json) -> None:
        """The order is cancelled, and stays so."""
        await self.asks("DELETE", f"/api/orders/{order['id']}", settled=(204,))
        await self.sees(order, "cancelled", "buyer")

    async def pays(self, order: Json, card: str = GOOD_CARD, *, settled: tuple[int, ...] = (201, 400)) -> int:
        """The status of the answer; 400 where the time has run out meanwhile."""
        status, _ = await self.asks("POST", "/api/payments", {"orderId": order["id"], "token": card}, settled=settled)
        return int(status)

    async def order(self, order: Json) -> Json:
        """The order as it stands."""
        return dict((await self.asks("GET", f"/api/orders/{order['id']}", settled=(200,)))[1])

    async def sees(self, order: Json, status: str, reason: str | None = None) -> Json:
        """The order once it has this status and reason."""
        give_up = time.monotonic() + self.patience
        while True:
            found = await self.order(order)
            if (found["status"], found.get("reason")) == (status, reason):
                return found
            if time.monotonic() > give_up:
                now = f"{found['status']} ({found.get('reason')})"
                raise AssertionError(f"order {order['id']} should be {status} ({reason}), and is {now}")
            await asyncio.sleep(PAUSE_SECONDS)
