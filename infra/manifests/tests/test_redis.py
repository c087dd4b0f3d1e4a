"""The Redis of the manifest, run by its own command: its users are those of the local stack."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from ticketing_local.binaries import find_binary
from ticketing_local.permissions import REDIS_RULES
from ticketing_test_support.servers import accepts, free_port
from ticketing_test_support.waiting import wait_until

PASSWORDS = {
    "REDISCLI_AUTH": "p-ops",
    "EXPIRATION_PASSWORD": "p-expiration",
    "LIMITS_PASSWORD": "p-limits",
    "MONITOR_PASSWORD": "p-monitor",
}


@pytest.fixture
def port(manifests, tmp_path: Path) -> Iterator[int]:
    """Where it listens, with its data in a temporary folder."""
    container, port = manifests.workloads["redis"].container, free_port()
    script = container["args"][0].replace("--dir /data", f"--dir {tmp_path} --port {port}")
    path = f"{find_binary('redis-server').parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen([*container["command"], script], env={**PASSWORDS, "PATH": path}) as server:
        try:
            wait_until(lambda: accepts(port), within=30, what="Redis listening")
            yield port
        finally:
            server.terminate()


def test_users_have_the_rights_of_the_local_stack(port: int, tmp_path: Path) -> None:
    with Redis(port=port, password="p-ops") as redis:
        users = {name: redis.acl_getuser(name) for name in redis.acl_users()}
        assert redis.config_get("dir") == {"dir": str(tmp_path)}
        for name, rules in REDIS_RULES.items():
            redis.execute_command("ACL", "SETUSER", "expected", "reset", "on", ">p", *rules.split())
            assert {**redis.acl_getuser("expected"), "passwords": None} == {**users.pop(name), "passwords": None}
    assert users.keys() == {"default"}
    with Redis(port=port) as anonymous, pytest.raises(AuthenticationError):
        anonymous.ping()


def test_probes_log_in_as_the_operator(manifests) -> None:
    container = manifests.workloads["redis"].container
    assert manifests.workloads["redis"].env.keys() == PASSWORDS.keys()  # redis-cli reads REDISCLI_AUTH
    assert all("redis-cli ping" in str(container[probe]) for probe in ("startupProbe", "readinessProbe"))
