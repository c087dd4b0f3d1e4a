"""The gateway: path rules, HTTPS, and what must not be reachable from outside."""

import secrets

import httpx
import pytest

from ticketing_test_support.api import PASSWORD


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready", "/metrics"])
async def test_probes_and_metrics_are_not_reachable(anonymous: httpx.AsyncClient, path: str) -> None:
    response = await anonymous.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")  # the page's own "not found"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/ticketsfoo"])
async def test_other_api_paths_are_not_found(anonymous: httpx.AsyncClient, path: str) -> None:
    response = await anonymous.get(path)
    assert response.status_code == 404
    assert response.json()["errors"][0]["message"]


@pytest.mark.parametrize(("proto", "secure"), [("https", True), ("http", False)])
async def test_cookie_is_secure_exactly_over_https(anonymous: httpx.AsyncClient, proto: str, secure: bool) -> None:
    body = {"email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    response = await anonymous.post("/api/users/signup", json=body, headers={"X-Forwarded-Proto": proto})
    attributes = {part.strip().lower() for part in response.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert ("secure" in attributes) is secure
