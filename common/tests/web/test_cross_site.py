"""Writes that a browser sends for another site's page are refused; everything else passes."""

import httpx
import pytest

OWN = "test"  # the host of the tests' client

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": f"https://{OWN}"},
    {"Sec-Fetch-Site": "same-site", "Origin": f"https://other.{OWN}"},
    {"Origin": "https://evil.example"},
    {"Origin": f"https://{OWN}.evil.example"},
    {"Origin": f"http://{OWN}:8081"},
    {"Origin": f"http://{OWN}:443"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": OWN},
]
OWN_OR_UNKNOWN = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": f"https://{OWN}"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": f"http://{OWN}"},
    {"Origin": f"https://{OWN}:443"},
    {"Origin": f"https://{OWN.upper()}", "Host": f"{OWN}:443"},
    {"Origin": "http://[::1]:8080", "Host": "[::1]:8080"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path"), [("POST", "/items"), ("PUT", "/items/1"), ("POST", "/sign-out")])
async def test_write_for_another_site_is_403(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    response = await client.request(method, path, json={"title": "a"}, headers=headers)
    assert response.status_code == 403
    assert "another site" in response.json()["errors"][0]["message"]
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("headers", OWN_OR_UNKNOWN, ids=str)
async def test_own_pages_and_other_clients_may_write(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/items", json={"title": "a"}, headers=headers)).status_code == 201


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_another_site_may_read(client: httpx.AsyncClient, method: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert (await client.request(method, "/items/1", headers=headers)).status_code == 200


async def test_webhook_may_come_from_anywhere(client: httpx.AsyncClient) -> None:
    assert (await client.post("/webhook", headers={"Origin": "https://evil.example"})).status_code == 200
