"""Somebody with a browser who presses the button again when no answer comes, as people do."""

import asyncio
import secrets
import time
from http import HTTPStatus
from typing import Any

import httpx

from ticketing_common.testing.recorder import eventually

PASSWORD = "open sesame"  # noqa: S105  of accounts that live as long as a test
GOOD_CARD, DECLINED_CARD, CAREFUL_CARD = (
    "pm_card_visa",
    "pm_card_visa_chargeDeclined",
    "pm_card_authenticationRequired",
)
PATIENCE_SECONDS = 90.0
PRICE = 40
PAUSE_SECONDS = 0.3
_UNKNOWN_YET = 404
_TROUBLE = (_UNKNOWN_YET, 500, 502, 503, 504)

Json = dict[str, Any]


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
        give_up = time.monotonic() + self.patience
        while True:
            answer = await self._ask_once(method, path, body)
            if answer is not None and answer.status_code in settled:
                return answer.status_code, answer.json() if answer.content else None
            came = "no answer" if answer is None else f"{answer.status_code} {answer.text[:300]}"
            if time.monotonic() > give_up or (answer is not None and answer.status_code not in _TROUBLE):
                raise AssertionError(f"{method} {path} should answer {settled}, and came to: {came}")
            await asyncio.sleep(PAUSE_SECONDS)

    async def lists(self, title: str | None = None) -> Json:
        """One ticket of this title: before each try one looks whether an earlier one was stored, its answer lost."""
        title = title or f"Seat {secrets.token_hex(6)}"
        give_up = time.monotonic() + self.patience
        while not (mine := await self._mine(title)) and time.monotonic() < give_up:
            await self._ask_once("POST", "/api/tickets", {"title": title, "price": PRICE})
        assert len(mine) == 1, f"{len(mine)} tickets with the title {title}"  # noqa: S101
        return mine[0]

    async def sees_taken(self, ticket: Json) -> None:
        """Wait until tickets has heard that an order holds it, whatever became of that order since."""

        async def is_taken() -> bool:
            await asyncio.sleep(PAUSE_SECONDS)
            _, found = await self.asks("GET", f"/api/tickets/{ticket['id']}", settled=(200,))
            return bool(found["version"] > 0)

        await eventually(is_taken, within=self.patience, what=f"ticket {ticket['id']} being taken")

    async def _ask_once(self, method: str, path: str, body: Json | None) -> httpx.Response | None:
        """None when no answer came."""
        try:
            return await self._http.request(method, path, json=body)
        except httpx.TransportError:
            return None

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
            for order in mine:
                if order["ticket"]["id"] == ticket["id"] and order["status"] == "created":
                    return dict(order)
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
