"""Readiness depends on the service's own database; metrics name routes, not paths."""

import asyncio
import platform
import re
import time
from collections.abc import AsyncIterator, Callable

import httpx
from fastapi import FastAPI
from prometheus_client import REGISTRY

from ticketing_test_support.apps import served
from ticketing_test_support.servers import Server
from ticketing_test_support.waiting import eventually

MakeApp = Callable[[str], FastAPI]
UNREACHABLE = "mongodb://127.0.0.1:1/test"


async def test_readiness_depends_on_the_database_alone(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "mongo": "up", "indexes": "there", "nats": "down"}


async def test_without_dependencies_live_but_not_ready(make_app: MakeApp) -> None:
    async with served(make_app(UNREACHABLE), wait_ready=False) as client:
        live, ready = await client.get("/healthz/live"), await client.get("/healthz/ready")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "mongo": "down", "indexes": "missing", "nats": "down"}


async def test_routes_are_503_until_the_indexes_exist(make_app: MakeApp, late_mongod: Server) -> None:
    async with served(make_app(f"{late_mongod.url}/test"), wait_ready=False) as client:
        before = await client.get("/guarded")
        late_mongod.start()

        async def works() -> bool:
            return (await client.get("/guarded")).status_code == 200

        await eventually(works, within=20)
    assert (before.status_code, before.headers["Retry-After"]) == (503, "2")


async def test_readiness_follows_the_database(make_app: MakeApp, own_mongod: Server) -> None:
    async with served(make_app(f"{own_mongod.url}/test")) as client:
        own_mongod.kill()
        assert (await client.get("/healthz/ready")).status_code == 503
        own_mongod.start()

        async def is_ready() -> bool:
            return (await client.get("/healthz/ready")).status_code == 200

        await eventually(is_ready)


async def test_metrics_are_labelled_with_route_templates(client: httpx.AsyncClient) -> None:
    await client.get("/items/12345")
    await client.get("/items/none")
    await client.get("/unknown/54321")
    await client.request("BREW", "/items/1")
    text = (await client.get("/metrics")).text
    for status in ("200", "400"):
        labels = f'http_request_method="GET",http_response_status_code="{status}",http_route="/items/{{item_id}}"'
        assert f"http_server_request_duration_seconds_count{{{labels}}}" in text
    assert 'http_route="unmatched"' in text
    assert 'http_request_method="_OTHER"' in text
    assert not any(word in text for word in ("12345", "54321", "BREW"))


async def test_running_build_is_exported(client: httpx.AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    build = f'python_version="{platform.python_version()}",revision="unknown",service="test",version="unknown"'
    assert f"ticketing_build_info{{{build}}} 1.0" in text


async def test_requests_in_progress_are_counted(client: httpx.AsyncClient) -> None:
    complete = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        await complete.wait()
        yield b'{"title": "Seat"}'

    async def active() -> str:
        (line,) = re.findall(r"^http_server_active_requests (.*)$", (await client.get("/metrics")).text, re.MULTILINE)
        return str(line)

    async def is_one() -> bool:
        return await active() == "1.0"

    assert await active() == "0.0"
    request = asyncio.create_task(client.post("/items", content=body(), headers={"Content-Type": "application/json"}))
    await eventually(is_one)
    complete.set()
    assert (await request).status_code == 201
    assert await active() == "0.0"


async def test_blocked_event_loop_is_measured(client: httpx.AsyncClient) -> None:
    def above_100_ms() -> float:
        count = REGISTRY.get_sample_value("event_loop_lag_seconds_count") or 0
        return count - (REGISTRY.get_sample_value("event_loop_lag_seconds_bucket", {"le": "0.1"}) or 0)

    before = above_100_ms()

    async def is_measured() -> bool:
        time.sleep(0.4)  # noqa: ASYNC251 (blocks on purpose)
        await client.get("/healthz/live")
        return above_100_ms() > before

    await eventually(is_measured)
