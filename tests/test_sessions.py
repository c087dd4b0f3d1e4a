"""A session that is over is refused by every process of every service: at once, after restarts and after outages."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from ticketing_test_support.api import PASSWORD, ApiClient, NewClient
from ticketing_test_support.faults import down, kill
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import eventually

# For each service a route that needs a session.
ROUTES = {
    "auth": ("POST", "/api/users/deleteaccount", {"password": "not it"}),
    "tickets": ("GET", "/api/tickets?seller=me", None),
    "orders": ("GET", "/api/orders", None),
    "payments": ("POST", "/api/payments", {"token": "pm_card_visa", "orderId": "0" * 24}),
}
Cookie = dict[str, str]
Accepts = Callable[[str, Cookie], Awaitable[bool]]


def processes(stack: Stack) -> list[str]:
    return [name for name in stack.urls() if name.partition("-")[0] in ROUTES and "mongo" not in name]


def cookie_of(client: ApiClient) -> Cookie:
    """A copy of its session, as somebody might have taken it."""
    return {"Cookie": f"session={client.http.cookies['session']}"}


@pytest.fixture
def accepts(stack: Stack) -> Accepts:
    """Whether this process accepts the session."""

    async def ask(name: str, cookie: Cookie) -> bool:
        method, path, body = ROUTES[name.partition("-")[0]]
        async with httpx.AsyncClient(base_url=stack.urls()[name], timeout=30, trust_env=False) as http:
            response = await http.request(method, path, json=body, headers=cookie)
        return response.status_code != httpx.codes.UNAUTHORIZED

    return ask


async def all_accept(stack: Stack, accepts: Accepts, cookie: Cookie) -> set[bool]:
    return set(await asyncio.gather(*(accepts(name, cookie) for name in processes(stack))))


async def refused_everywhere(stack: Stack, accepts: Accepts, cookie: Cookie) -> None:
    async def is_refused() -> bool:
        return await all_accept(stack, accepts, cookie) == {False}

    await eventually(is_refused, what="the session being refused by every process")


async def test_session_is_refused_everywhere_after_sign_out(
    stack: Stack, accepts: Accepts, new_client: NewClient
) -> None:
    user, other = await new_client(), await new_client()
    stolen = cookie_of(user)
    assert await all_accept(stack, accepts, stolen) == {True}
    await user.http.post("/api/users/signout")
    await refused_everywhere(stack, accepts, stolen)
    assert await all_accept(stack, accepts, cookie_of(other)) == {True}


async def test_process_that_starts_refuses_what_was_revoked_before(
    stack: Stack, accepts: Accepts, new_client: NewClient
) -> None:
    user = await new_client()
    stolen = cookie_of(user)
    await user.http.post("/api/users/signout")
    await refused_everywhere(stack, accepts, stolen)
    await asyncio.to_thread(kill, stack, "tickets-1")
    answers: list[bool] = []

    async def is_back() -> bool:
        try:
            answers.append(await accepts("tickets-1", stolen))
        except httpx.TransportError:
            return False
        return True

    await eventually(is_back, within=60, what="tickets-1 being back")
    assert answers == [False]


async def test_changed_password_leaves_only_the_session_that_changed_it(
    stack: Stack, accepts: Accepts, new_client: NewClient
) -> None:
    user = await new_client()
    old = cookie_of(user)
    passwords = {"currentPassword": PASSWORD, "newPassword": "open barley"}
    assert (await user.http.post("/api/users/changepassword", json=passwords)).status_code == 200
    await refused_everywhere(stack, accepts, old)
    assert await all_accept(stack, accepts, cookie_of(user)) == {True}


async def test_deleted_account_is_signed_out_everywhere(stack: Stack, accepts: Accepts, new_client: NewClient) -> None:
    user = await new_client()
    old = cookie_of(user)
    assert (await user.http.post("/api/users/deleteaccount", json={"password": PASSWORD})).status_code == 204
    await refused_everywhere(stack, accepts, old)
    current = await user.http.get("/api/users/currentuser", headers=old)
    assert current.json() == {"currentUser": None}


async def test_sign_out_reaches_every_process_once_nats_is_back(
    stack: Stack, accepts: Accepts, new_client: NewClient
) -> None:
    user = await new_client()
    stolen = cookie_of(user)
    with down(stack, "nats"):
        assert (await user.http.post("/api/users/signout")).status_code == 200
        assert (await accepts("auth", stolen), await accepts("tickets-1", stolen)) == (False, True)
    await refused_everywhere(stack, accepts, stolen)
