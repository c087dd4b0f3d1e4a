"""Headers of all responses, errors included."""

import httpx
import pytest

PATHS = ["/items/1", "/nowhere", "/items/none", "/raise/Unavailable", "/break", "/healthz/live", "/%ff"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_response_is_private_and_not_sniffed(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


async def test_refused_request_has_the_headers_too(client: httpx.AsyncClient) -> None:
    response = await client.post("/items", content=b"x" * 100_000)
    assert (response.status_code, response.headers["x-content-type-options"]) == (413, "nosniff")


async def test_route_may_say_how_it_is_cached(client: httpx.AsyncClient) -> None:
    assert (await client.get("/cached")).headers.get_list("cache-control") == ["max-age=5"]


async def test_https_is_made_permanent_by_https_only(client: httpx.AsyncClient) -> None:
    assert "strict-transport-security" not in (await client.get("/items/1")).headers
    response = await client.get("https://test/nowhere")
    assert response.headers["strict-transport-security"] == "max-age=31536000"
