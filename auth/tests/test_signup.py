"""Opening an account."""

import asyncio

import httpx

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
