"""The one client of the HTTP API that tests use: a user with a session of their own."""

import secrets
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Any, Self

import httpx

from ticketing_ops.load import user as load_user
from ticketing_ops.load.requests import describe
from ticketing_test_support.waiting import eventually

PASSWORD, GOOD_CARD, DECLINED_CARD = load_user.PASSWORD, load_user.GOOD_CARD, load_user.DECLINED_CARD
CARD_WITH_3DS = "pm_card_authenticationRequired"
TIMEOUT_SECONDS = 40.0
RETRY_SECONDS = 60.0
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loading certificates takes longer than most tests

Json = dict[str, Any]


class ApiClient:
    """One user at `url`; `transport` may lead to applications in this process instead."""

    def __init__(
        self, url: str, *, transport: httpx.AsyncBaseTransport | None = None, email: str | None = None
    ) -> None:
        self.http = httpx.AsyncClient(
            base_url=url, transport=transport, timeout=TIMEOUT_SECONDS, trust_env=False, verify=_NO_TLS
        )
        self.email = email or f"user-{secrets.token_hex(6)}@example.com"
        self.id = ""

    @property
    def credentials(self) -> Json:
        """For signing up and in."""
        return {"email": self.email, "password": PASSWORD}

    async def sign_up(self) -> Self:
        """Create the account and sign in."""
        self.id = created(await self.http.post("/api/users/signup", json=self.credentials))["id"]
        return self

    async def create_ticket(self, title: str = "Opera gala, row C", price: float = 240) -> Json:
        """A ticket on sale."""
        return created(await self.http.post("/api/tickets", json={"title": title, "price": price}))

    async def edit_ticket(
        self, ticket: Json, *, title: str, price: float, version: int | None = None
    ) -> httpx.Response:
        """Change title and price, of any version or only of this one."""
        body = {"title": title, "price": price}
        return await self.http.put(f"/api/tickets/{ticket['id']}", json=body, headers=_if_match(version))

    async def withdraw(self, ticket: Json, *, version: int | None = None) -> httpx.Response:
        """Take it off sale, whatever its version or only this one."""
        return await self.http.delete(f"/api/tickets/{ticket['id']}", headers=_if_match(version))

    async def ticket(self, ticket: Json) -> Json:
        """The ticket's current state."""
        return found(await self.http.get(f"/api/tickets/{ticket['id']}"))

    async def create_order(self, ticket: Json) -> Json:
        """An order that reserves the ticket."""
        return created(await self.try_order(ticket))

    async def try_order(self, ticket: Json) -> httpx.Response:
        """The response once orders knows the ticket."""
        return await self._post_when_known("/api/orders", {"ticketId": ticket["id"]})

    async def cancel(self, order: Json) -> httpx.Response:
        """Cancel the order."""
        return await self.http.delete(f"/api/orders/{order['id']}")

    async def pay(self, order: Json, token: str = GOOD_CARD) -> httpx.Response:
        """The response once payments knows the order."""
        return await self._post_when_known("/api/payments", {"orderId": order["id"], "token": token})

    async def buy(self, ticket: Json, token: str = GOOD_CARD) -> Json:
        """A complete order."""
        order = await self.create_order(ticket)
        created(await self.pay(order, token))
        return await self.wait_for_status(order, "complete")

    async def order(self, order: Json) -> Json:
        """The order's current state."""
        return found(await self.http.get(f"/api/orders/{order['id']}"))

    async def wait_for_status(
        self, order: Json, status: str, reason: str | None = None, *, within: float = 60.0
    ) -> Json:
        """The order once it has this status and reason."""
        return await self.wait_for_order(
            order, lambda now: (now["status"], now.get("reason")) == (status, reason), within=within
        )

    async def wait_for_payment(self, order: Json, **payment: Any) -> Json:
        """The order once its payment has these fields."""
        return await self.wait_for_order(order, lambda now: payment.items() <= (now.get("payment") or {}).items())

    async def wait_for_order(self, order: Json, condition: Callable[[Json], bool], *, within: float = 60.0) -> Json:
        """The order once `condition` holds for it."""
        latest: Json = {}

        async def holds() -> bool:
            latest.update(await self.order(order))
            return condition(latest)

        await eventually(holds, within=within, every=0.05, what=f"the change of order {order['id']}")
        return latest

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def _post_when_known(self, path: str, body: Json) -> httpx.Response:
        """On a busy machine the event that a request depends on may take longer than a service waits for it."""
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            response = await self.http.post(path, json=body)
            if response.status_code != HTTPStatus.NOT_FOUND or time.monotonic() > deadline:
                return response


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


NewClient = Callable[[], Awaitable[ApiClient]]


@asynccontextmanager
async def api_clients(url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[NewClient]:
    """A function that signs up a new user; their connections are closed on leaving."""
    async with AsyncExitStack() as stack:

        async def new_client() -> ApiClient:
            client = ApiClient(url, transport=transport)
            stack.push_async_callback(client.close)
            return await client.sign_up()

        yield new_client


def created(response: httpx.Response) -> Json:
    """The body of a 201."""
    assert response.status_code == HTTPStatus.CREATED, describe(response)
    body: Json = response.json()
    return body


def found(response: httpx.Response) -> Json:
    """The body of a 200."""
    assert response.status_code == HTTPStatus.OK, describe(response)
    body: Json = response.json()
    return body


def message(response: httpx.Response) -> str:
    """`status text of the error`, or only the status of a success."""
    if response.is_success:
        return str(response.status_code)
    return " ".join([str(response.status_code), *(error["message"] for error in response.json()["errors"])])
