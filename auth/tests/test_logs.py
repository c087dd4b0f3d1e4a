"""Who signed in, or failed to, can be told from the logs; with which password cannot."""

import logging

import httpx
import pytest

CREDENTIALS = {"email": "ann@example.com", "password": "open sesame"}


async def test_each_use_of_a_password_is_logged(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    user_id = (await client.post("/api/users/signup", json=CREDENTIALS)).json()["id"]
    await client.post("/api/users/signin", json={**CREDENTIALS, "password": "not that one"})
    await client.post("/api/users/signin", json=CREDENTIALS)
    await client.post("/api/users/changepassword", json={"currentPassword": "open sesame", "newPassword": "new secret"})
    await client.post("/api/users/signout")
    logged = [record.msg for record in caplog.records if record.name == "ticketing_auth.use_cases"]
    assert [entry["event"] for entry in logged if isinstance(entry, dict)] == [
        "account.created",
        "password.rejected",
        "session.started",
        "password.changed",
        "session.ended",
    ]
    assert all(entry["user_id"] == user_id for entry in logged if isinstance(entry, dict))


async def test_no_password_or_address_of_a_user_is_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await client.post("/api/users/signup", json=CREDENTIALS)
    await client.post("/api/users/signin", json={"email": "bob@example.com", "password": "not that one"})
    assert "password.rejected" in caplog.text
    assert not [text for text in ("open sesame", "not that one", "ann@", "bob@") if text in caplog.text]
