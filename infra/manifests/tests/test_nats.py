"""The NATS of the manifest: its ports and users, and probes that detect a stream that no longer accepts writes."""

import hashlib
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import nats
import nats.errors
import pytest

from ticketing_common.settings import MessagingSettings
from ticketing_local.binaries import find_binary
from ticketing_local.permissions import nats_authorization, nats_users, password_variable

START_SECONDS = 30
# A write beyond this file size fails, as it does on a full disk, without needing a file system of that size.
FULL_BYTES = 16_384


@dataclass(frozen=True)
class Server:
    """A running nats-server."""

    pid: int
    url: str
    monitor: str

    def probe(self, path: str) -> int:
        """The HTTP status that a probe gets."""
        return httpx.get(f"{self.monitor}{path}", trust_env=False).status_code


@pytest.fixture
def config(manifests) -> str:
    (found,) = (made["data"]["nats.conf"] for made in manifests.objects("ConfigMap") if "nats.conf" in made["data"])
    return str(found)


@pytest.fixture
def server(config, tmp_path: Path) -> Iterator[Server]:
    """It has the settings of the ConfigMap, but free ports and a temporary folder."""
    passwords = {password_variable(user): "p4ss" for user in nats_users()}
    config = config.replace("port: 4222", "port: -1").replace("http_port: 8222", "http_port: -1")
    (tmp_path / "nats.conf").write_text(config.replace("/data", "data").replace("$POD_NAME", "nats-0"))
    options = ["--config", "nats.conf", "--log", "nats.log", "--addr", "127.0.0.1", "--ports_file_dir", "."]
    with subprocess.Popen([find_binary("nats-server"), *options], cwd=tmp_path, env=passwords) as process:
        try:
            ports = _ports(tmp_path)
            yield Server(process.pid, ports["nats"][0], ports["monitoring"][0])
        finally:
            process.terminate()


def _ports(folder: Path) -> dict[str, list[str]]:
    deadline = time.monotonic() + START_SECONDS
    while not (text := "".join(file.read_text() for file in folder.glob("*.ports"))):
        assert time.monotonic() < deadline, (folder / "nats.log").read_text()
        time.sleep(0.02)
    found: dict[str, list[str]] = json.loads(text)
    return found


def test_nats_listens_on_its_container_ports(config, manifests):
    ports = manifests.workloads["nats"].ports
    assert f"\nport: {ports['client']}\nhttp_port: {ports['monitor']}\n" in config


def test_full_streams_fit_the_volume(config, manifests):
    limits = MessagingSettings.model_fields
    streams = limits["stream_max_bytes"].default + limits["dead_stream_max_bytes"].default
    [file_store] = re.findall(r"max_file_store: (\d+)GB", config)
    [claim] = manifests.workloads["nats"].made["spec"]["volumeClaimTemplates"]
    [volume] = re.findall(r"^(\d+)Gi$", claim["spec"]["resources"]["requests"]["storage"])
    assert streams < int(file_store) * 2**30 < int(volume) * 2**30


def test_users_are_those_of_the_local_stack(config):
    """To update the ConfigMap, paste `nats_authorization()` into it."""
    assert config.endswith(nats_authorization())


def test_each_password_comes_from_the_secret(config, manifests):
    used = set(re.findall(r"password: \$(\w+)", config))
    keys = {
        name: entry["valueFrom"].get("secretKeyRef")
        for name, entry in manifests.workloads["nats"].env.items()
        if "PASSWORD" in name
    }
    assert keys == {name: {"name": "nats-credentials", "key": name.removesuffix("_PASSWORD").lower()} for name in used}


def test_new_configuration_restarts_nats(config, manifests):
    annotations = manifests.workloads["nats"].made["spec"]["template"]["metadata"]["annotations"]
    assert annotations["ticketing/configuration"] == hashlib.sha256(config.encode()).hexdigest()[:12]


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit changes the file size limit of a running process")
async def test_liveness_fails_when_a_stream_stops_accepting_writes(server, manifests):
    container = manifests.workloads["nats"].container
    paths = [container[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")]
    connection = await nats.connect(server.url, user="ops", password="p4ss")
    await connection.jetstream().add_stream(name="EVENTS", subjects=["events"])
    healthy = [server.probe(path) for path in paths]

    unlimited = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (FULL_BYTES, unlimited[1]))
    with pytest.raises(nats.errors.TimeoutError):
        await connection.jetstream(timeout=1).publish("events", bytes(FULL_BYTES))
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, unlimited)
    await connection.close()
    assert (healthy, server.probe(paths[-1])) == ([200, 200, 200], 503)
