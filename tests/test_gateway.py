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


@pytest.mark.parametrize(
    "path", ["v1/payment_intents", "v1/refunds", "v1/events", "emulator/ledger", "emulator/faults"]
)
async def test_emulator_is_not_reachable_with_a_secret_key(anonymous: httpx.AsyncClient, path: str) -> None:
    """Any key that begins with sk_test_ is one: it reads client secrets, refunds and cancels."""
    for method in ("GET", "POST"):
        response = await anonymous.request(
            method, f"/emulator-stripe/{path}", headers={"Authorization": "Bearer sk_test_anything"}
        )
        assert response.status_code in (404, 405), response.text
        assert response.headers["content-type"].startswith("text/html")


async def test_page_api_of_the_emulator_takes_publishable_keys_only(anonymous: httpx.AsyncClient) -> None:
    assert "window.Stripe" in (await anonymous.get("/emulator-stripe/v3/")).text
    statuses = {
        key: (await anonymous.post("/emulator-stripe/v3/confirmation_tokens", data={"key": key})).status_code
        for key in ("sk_test_anything", "pk_test_anything")
    }
    assert statuses == {"sk_test_anything": 401, "pk_test_anything": 400}


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
