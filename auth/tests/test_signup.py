"""Signing up."""

import asyncio

import httpx
import pytest
from auth.tests.conftest import settings

from ticketing_auth.app import create_app
from ticketing_test_support.apps import served
from ticketing_test_support.memory import InMemoryDatabase

SOMEONE = {"email": "someone@example.com", "password": "open sesame"}


async def test_sign_up_returns_the_user_and_a_session(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/users/signup", json=SOMEONE)
    assert response.status_code == 201
    assert response.json() == {"id": response.json()["id"], "email": "someone@example.com"}
    assert len(response.json()["id"]) == 24
    me = await client.get("/api/users/currentuser")
    assert me.json()["currentUser"]["id"] == response.json()["id"]


async def test_one_of_eight_concurrent_sign_ups_succeeds(mongo_uri: str) -> None:
    spellings = ["Someone@example.com", "someone@EXAMPLE.com"] * 4
    async with served(create_app(settings(mongo_uri=mongo_uri))) as client:
        responses = await asyncio.gather(
            *(client.post("/api/users/signup", json={**SOMEONE, "email": email}) for email in spellings)
        )
    assert sorted(response.status_code for response in responses) == [201] + [400] * 7


@pytest.mark.parametrize(
    "email",
    [
        "someone@example.com",
        "first.last+tag@sub.example.co.uk",
        "dev@shop.test",
        "dev@app.localhost",
        "dev@shop.local",
        "dev@nowhere.invalid",
        "o'neil@example.com",
        "x" * 64 + "@example.com",
        "δοκιμή@παράδειγμα.ελ",
    ],
)
async def test_valid_address_is_stored_normalized(client: httpx.AsyncClient, email: str) -> None:
    response = await client.post("/api/users/signup", json={**SOMEONE, "email": f"  {email} "})
    assert (response.status_code, response.json()["email"]) == (201, email)


@pytest.mark.parametrize("spelling", ["someone@example.com", "SOMEONE@Example.COM", " someone@example.com\n"])
async def test_address_has_one_account_whatever_its_case(client: httpx.AsyncClient, spelling: str) -> None:
    await client.post("/api/users/signup", json={**SOMEONE, "email": "Someone@example.com"})
    response = await client.post("/api/users/signup", json={**SOMEONE, "email": spelling})
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "email"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("password", ["abcz", "x" * 128, "    ", "пароль 🔑", "nul\0inside"])
async def test_password_of_4_to_128_characters_is_accepted(client: httpx.AsyncClient, password: str) -> None:
    credentials = {**SOMEONE, "password": password}
    assert (await client.post("/api/users/signup", json=credentials)).status_code == 201
    assert (await client.post("/api/users/signin", json=credentials)).status_code == 200


async def test_only_the_password_hash_is_stored(client: httpx.AsyncClient, database: InMemoryDatabase) -> None:
    await client.post("/api/users/signup", json=SOMEONE)
    [user] = await database.collection("users").find({}).to_list(None)
    assert user["password_hash"].startswith("$argon2id$")
    assert SOMEONE["password"] not in str(user)
