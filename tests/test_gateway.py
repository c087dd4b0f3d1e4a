"""The way in: path rules, HTTPS, and what must not be reached from outside."""

import secrets

import httpx
import pytest

from ticketing_test_support.persistence import PASSWORD


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready", "/metrics"])
async def test_what_is_for_probes_is_not_reached_from_outside(visitor: httpx.AsyncClient, path: str) -> None:
    answer = await visitor.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")  # the page's own "not found"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/ticketsfoo"])
async def test_only_the_four_prefixes_reach_a_service(visitor: httpx.AsyncClient, path: str) -> None:
    answer = await visitor.get(path)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(("proto", "secure"), [("https", True), ("http", False)])
async def test_the_cookie_is_secure_exactly_when_the_browser_came_by_https(
    visitor: httpx.AsyncClient, proto: str, secure: bool
) -> None:
    body = {"email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    answer = await visitor.post("/api/users/signup", json=body, headers={"X-Forwarded-Proto": proto})
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert ("secure" in attributes) is secure
