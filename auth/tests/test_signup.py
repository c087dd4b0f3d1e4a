"""Opening an account."""

import asyncio
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

SOMEONE = {"email": "someone@example.com", "password": "open sesame"}


async def test_signing_up_answers_the_user_and_a_session(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/users/signup", json=SOMEONE)
    assert answer.status_code == 201
    assert answer.json() == {"id": answer.json()["id"], "email": "someone@example.com"}
    assert len(answer.json()["id"]) == 24
    me = await client.get("/api/users/currentuser")
    assert me.json()["currentUser"]["id"] == answer.json()["id"]


async def test_of_eight_sign_ups_at_once_with_one_address_one_succeeds(client: httpx.AsyncClient) -> None:
    spellings = ["Someone@example.com", "someone@EXAMPLE.com"] * 4
    answers = await asyncio.gather(
        *(client.post("/api/users/signup", json={**SOMEONE, "email": email}) for email in spellings)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 7


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
async def test_an_address_that_mail_could_reach_is_taken_as_typed(client: httpx.AsyncClient, email: str) -> None:
    answer = await client.post("/api/users/signup", json={**SOMEONE, "email": f"  {email} "})
    assert (answer.status_code, answer.json()["email"]) == (201, email)


@pytest.mark.parametrize("spelling", ["someone@example.com", "SOMEONE@Example.COM", " someone@example.com\n"])
async def test_an_address_has_one_account_whatever_its_case(client: httpx.AsyncClient, spelling: str) -> None:
    await client.post("/api/users/signup", json={**SOMEONE, "email": "Someone@example.com"})
    answer = await client.post("/api/users/signup", json={**SOMEONE, "email": spelling})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "email"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("password", ["1234", "x" * 128, "    ", "пароль 🔑", "nul\0inside"])
async def test_a_password_of_4_to_128_characters_opens_an_account(client: httpx.AsyncClient, password: str) -> None:
    credentials = {**SOMEONE, "password": password}
    assert (await client.post("/api/users/signup", json=credentials)).status_code == 201
    assert (await client.post("/api/users/signin", json=credentials)).status_code == 200


async def test_a_password_is_kept_as_an_argon2id_hash_alone(client: httpx.AsyncClient, mongo_uri: str) -> None:
    await client.post("/api/users/signup", json=SOMEONE)
    with MongoClient[dict[str, Any]](mongo_uri) as mongo:
        [user] = mongo.get_default_database()["users"].find()
    assert user["password_hash"].startswith("$argon2id$")
    assert SOMEONE["password"] not in str(user)
