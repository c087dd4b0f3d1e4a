"""SIGTERM: readiness goes off at once, requests in progress finish, and the process ends in time."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ticketing_test_support.servers import free_port
from ticketing_test_support.waiting import eventually

# uvicorn raises the signal again after it has cleaned up.
GRACEFUL_EXITS = (0, -signal.SIGTERM)


class Service:
    """A uvicorn process, and a client of it."""

    def __init__(self, mongo_uri: str, log: Path) -> None:
        self.port = free_port()
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        command = [
            *(sys.executable, "-m", "uvicorn", "slow_app:app", "--app-dir", str(Path(__file__).parent)),
            *("--port", str(self.port), "--timeout-graceful-shutdown", "1"),
        ]
        environment = {
            "PATH": os.environ["PATH"],
            "MONGO_URI": mongo_uri,
            "NATS_URL": "nats://127.0.0.1:1",
            "JWT_SECRET": "8letters",
            "SHUTDOWN_DELAY_SECONDS": "2",
        }
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)

    async def status(self, path: str) -> int:
        try:
            return (await self.http.get(path)).status_code
        except httpx.TransportError:
            return 0

    async def is_ready(self) -> bool:
        return await self.status("/healthz/ready") == 200

    async def has_started(self) -> bool:
        return (await self.http.get("/started")).text == "true"

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
async def service(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A ready service in its own process."""
    service = Service(mongo_uri, tmp_path / "log")
    async with service.http:
        try:
            await eventually(service.is_ready, within=90)
            yield service
        finally:
            service.process.kill()
            service.process.wait()


async def ended(service: Service) -> bool:
    return service.process.poll() is not None


async def test_slow_request_finishes_while_readiness_is_off(service: Service) -> None:
    slow = asyncio.create_task(service.http.get("/slow"))
    await eventually(service.has_started)
    service.process.terminate()

    async def is_draining() -> bool:
        return await service.status("/healthz/ready") == 503

    await eventually(is_draining)
    assert await service.status("/started") == 200  # for routers that have not noticed yet
    assert (await slow).json() == {"finished": True}
    await eventually(lambda: ended(service))
    assert service.process.returncode in GRACEFUL_EXITS


async def test_hanging_request_is_refused_and_does_not_delay_the_exit(service: Service) -> None:
    idle = socket.create_connection(("127.0.0.1", service.port))
    hanging = asyncio.create_task(service.http.get("/hang"))
    await eventually(service.has_started)
    service.process.terminate()
    await eventually(lambda: ended(service))
    assert service.process.returncode in GRACEFUL_EXITS
    response = await hanging
    assert (response.status_code, "retry-after" in response.headers, list(response.json())) == (503, True, ["errors"])
    idle.close()


async def test_logs_are_json_and_warn_of_a_short_key_once(service: Service) -> None:
    await service.http.get("/nowhere?session=secret-thing")
    service.process.terminate()
    await eventually(lambda: ended(service))
    lines = service.lines()
    assert {line["service"] for line in lines} == {"slow"}
    assert [line["event"] for line in lines].count("settings.weak_key") == 1
    assert "secret-thing" not in str(lines)
    assert any("GET /nowhere" in str(line["event"]) for line in lines)
