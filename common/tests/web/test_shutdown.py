"""SIGTERM: readiness goes off at once, what is in flight is finished, and the process ends in time."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ticketing_test_support.servers import free_port
from ticketing_test_support.waiting import eventually

# The process ends itself with the signal once it has cleaned up: that is uvicorn's convention.
CALM_EXITS = (0, -signal.SIGTERM)


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
            "SHUTDOWN_DELAY_SECONDS": "0.6",
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

    async def has_begun(self) -> bool:
        return (await self.http.get("/begun")).text == "true"

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
async def service(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Service]:
    """A ready service in a process of its own."""
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


async def test_readiness_goes_off_at_once_while_a_slow_request_is_finished(service: Service) -> None:
    slow = asyncio.create_task(service.http.get("/slow"))
    await eventually(service.has_begun)
    service.process.terminate()
    await asyncio.sleep(0.1)
    assert await service.status("/healthz/ready") == 503
    assert await service.status("/begun") == 200  # still served, for routers that have not yet noticed
    assert (await slow).json() == {"finished": True}
    await eventually(lambda: ended(service))
    assert service.process.returncode in CALM_EXITS


async def test_open_connections_and_a_request_that_hangs_do_not_keep_it(service: Service) -> None:
    idle = socket.create_connection(("127.0.0.1", service.port))
    hanging = asyncio.create_task(service.status("/hang"))
    await eventually(service.has_begun)
    service.process.terminate()
    began = time.monotonic()
    await eventually(lambda: ended(service), within=15)
    assert time.monotonic() - began < 10
    assert service.process.returncode in CALM_EXITS
    assert await hanging in (0, 500)
    idle.close()


async def test_all_that_it_says_is_json_and_a_short_key_is_told_of_once(service: Service) -> None:
    await service.http.get("/nowhere?session=secret-thing")
    service.process.terminate()
    await eventually(lambda: ended(service))
    lines = service.lines()
    assert {line["service"] for line in lines} == {"slow"}
    assert [line["event"] for line in lines].count("settings.weak_key") == 1
    assert "secret-thing" not in str(lines)
    assert any("GET /nowhere" in str(line["event"]) for line in lines)
