"""The exporter of Redis gets what the dashboards show with the rights of its user, which can read no key."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from infra.observability.tests.exporters import EXPORTED
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from redis.exceptions import NoPermissionError

from ticketing_local.debian import find_program
from ticketing_local.permissions import REDIS_RULES
from ticketing_test_support.servers import accepts, free_port, redis_server, started
from ticketing_test_support.waiting import wait_until


@pytest.fixture
def redis_port(tmp_path: Path) -> Iterator[int]:
    """A Redis with the user `monitor`."""
    with started(redis_server(tmp_path)) as server:
        with Redis(port=server.port) as operator:
            operator.execute_command("ACL", "SETUSER", "monitor", "reset", "on", ">p", *REDIS_RULES["monitor"].split())
        yield server.port


def test_exporter_of_redis_needs_no_more_rights(redis_port: int) -> None:
    port = free_port()
    settings = {
        "REDIS_ADDR": f"redis://127.0.0.1:{redis_port}",
        "REDIS_USER": "monitor",
        "REDIS_PASSWORD": "p",
        "REDIS_EXPORTER_CONFIG_COMMAND": "-",
        "REDIS_EXPORTER_WEB_LISTEN_ADDRESS": f"127.0.0.1:{port}",
    }
    with subprocess.Popen([find_program("prometheus-redis-exporter")], env=settings) as exporter:
        try:
            wait_until(lambda: accepts(port), within=30, what="the exporter listening")
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        finally:
            exporter.terminate()
    found = {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
    assert found["redis_up"] == 1
    assert {name for name in EXPORTED if name.startswith("redis_")} <= found.keys()


def test_its_user_can_read_no_key(redis_port: int) -> None:
    with Redis(port=redis_port, username="monitor", password="p") as monitor, pytest.raises(NoPermissionError):
        monitor.get("rq:job:1")
