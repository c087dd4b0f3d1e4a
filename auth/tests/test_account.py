"""Changing the password and deleting the account end sessions; who does it must know the password."""

import asyncio
from typing import Any

import httpx
import pytest
from auth.tests.conftest import settings

from ticketing_auth.app import create_app
from ticketing_test_support.apps import assert_refused, served
from ticketing_test_support.memory import InMemoryDatabase

SOMEONE = {"email": "Someone@example.com", "password": "open sesame"}
CHANGE = {"currentPassword": "open sesame", "newPassword": "open barley"}


Cookie = dict[str, str]


async def post(
    client: httpx.AsyncClient, route: str, body: dict[str, Any], cookie: Cookie | None = None
) -> httpx.Response:
    """A request with this cookie, and no other."""
    client.cookies.clear()
    return await client.post(f"/api/users/{route}", json=body, headers=cookie)


def cookie_of(response: httpx.Response) -> Cookie:
    return {"Cookie": f"session={response.cookies['session']}"}


async def sign_in(client: httpx.AsyncClient, password: str = "open sesame") -> Cookie:
    return cookie_of(await post(client, "signin", {**SOMEONE, "password": password}))


async def user_of(client: httpx.AsyncClient, cookie: Cookie) -> str | None:
    client.cookies.clear()
    found = (await client.get("/api/users/currentuser", headers=cookie)).json()["currentUser"]
    return found["id"] if found else None


@pytest.fixture
async def user_id(client: httpx.AsyncClient) -> str:
    """An account."""
    user_id: str = (await post(client, "signup", SOMEONE)).json()["id"]
    return user_id


@pytest.fixture
async def own(client: httpx.AsyncClient, user_id: str) -> Cookie:
    """A session of the account."""
    return await sign_in(client)


async def test_changed_password_replaces_the_old_one(client: httpx.AsyncClient, user_id: str, own: Cookie) -> None:
    response = await post(client, "changepassword", CHANGE, own)
    assert (response.status_code, response.json()) == (200, {"id": user_id, "email": SOMEONE["email"]})
    signed_in = [await post(client, "signin", {**SOMEONE, "password": password}) for password in CHANGE.values()]
    assert [response.status_code for response in signed_in] == [400, 200]


async def test_changed_password_ends_all_other_sessions(client: httpx.AsyncClient, user_id: str, own: Cookie) -> None:
    other = await sign_in(client)
    response = await post(client, "changepassword", CHANGE, own)
    assert (await user_of(client, other), await user_of(client, own)) == (None, None)
    assert await user_of(client, cookie_of(response)) == user_id
    assert await user_of(client, await sign_in(client, "open barley")) == user_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currentPassword": "open barley"}, "currentPassword"),
        ({"currentPassword": ""}, "currentPassword"),
        ({"newPassword": "abc"}, "newPassword"),
        ({"newPassword": "password"}, "newPassword"),
        ({"newPassword": 1234}, "newPassword"),
    ],
)
async def test_refused_change_changes_nothing(
    client: httpx.AsyncClient, user_id: str, own: Cookie, change: dict[str, Any], field: str
) -> None:
    assert_refused(await post(client, "changepassword", {**CHANGE, **change}, own), 400, field)
    assert await user_of(client, own) == await user_of(client, await sign_in(client)) == user_id


@pytest.mark.parametrize(("route", "body"), [("changepassword", CHANGE), ("deleteaccount", SOMEONE)])
async def test_account_needs_a_session(client: httpx.AsyncClient, route: str, body: dict[str, str]) -> None:
    assert_refused(await post(client, route, body), 401)


async def test_one_of_four_concurrent_changes_succeeds(mongo_uri: str) -> None:
    passwords = [f"open barley {number}" for number in range(4)]
    async with served(create_app(settings(mongo_uri=mongo_uri))) as client:
        own = cookie_of(await post(client, "signup", SOMEONE))
        changes = [{**CHANGE, "newPassword": password} for password in passwords]
        responses = await asyncio.gather(*(post(client, "changepassword", change, own) for change in changes))
        [winner] = [response for response in responses if response.status_code == 200]
        assert await user_of(client, cookie_of(winner)) == winner.json()["id"]
        assert await sign_in(client, passwords[responses.index(winner)])


async def test_deleted_account_is_gone(
    client: httpx.AsyncClient, user_id: str, own: Cookie, database: InMemoryDatabase
) -> None:
    other = await sign_in(client)
    response = await post(client, "deleteaccount", SOMEONE, own)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Set-Cookie"].startswith('session=""; Max-Age=0')
    assert (await user_of(client, own), await user_of(client, other)) == (None, None)
    assert_refused(await post(client, "signin", SOMEONE), 400)
    [document] = await database.collection("users").find({}).to_list(None)
    assert document.keys() == {"_id", "email_key", "generation", "deleted_at", "outbox"}
    assert (document["_id"], document["email_key"]) == (user_id, f"deleted:{user_id}")
    assert "someone" not in str(document).casefold()


async def test_address_of_a_deleted_account_can_sign_up_again(mongo_uri: str) -> None:
    async with served(create_app(settings(mongo_uri=mongo_uri))) as client:
        ids = set()
        for _ in range(2):
            response = await post(client, "signup", SOMEONE)
            ids.add(response.json()["id"])
            assert (await post(client, "deleteaccount", SOMEONE, cookie_of(response))).status_code == 204
    assert len(ids) == 2


async def test_wrong_password_deletes_nothing(client: httpx.AsyncClient, user_id: str, own: Cookie) -> None:
    assert_refused(await post(client, "deleteaccount", {"password": "open barley"}, own), 400, "password")
    assert await user_of(client, own) == user_id


async def test_each_change_raises_the_generation_once_with_its_event(
    client: httpx.AsyncClient, user_id: str, own: Cookie, database: InMemoryDatabase
) -> None:
    changed = cookie_of(await post(client, "changepassword", CHANGE, own))
    await post(client, "deleteaccount", {"password": "open barley"}, changed)
    [document] = await database.collection("users").find({}).to_list(None)
    assert [entry["subject"] for entry in document["outbox"]] == ["session.revoked"] * 2
    keys = ("userId", "generation", "accountDeleted")
    events = [[entry["data"][key] for key in keys] for entry in document["outbox"]]
    assert (document["generation"], events) == (2, [[user_id, 1, False], [user_id, 2, True]])
