"""The floor answers with as many bytes as the route that it stands beside."""

import httpx

from ticketing_bench.floor_app import app


async def test_bare_response_has_the_size_asked_for() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://floor") as client:
        response = await client.post("/bare?bytes=1234", json={"title": "ignored"})
    assert (response.status_code, len(response.content)) == (200, 1234)
    assert response.headers["content-type"] == "application/json"
