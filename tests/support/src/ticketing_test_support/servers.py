"""The real mongod, nats-server and redis-server on free ports of loopback, for as long as a `with` block lasts."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ticketing_local.binaries import find_binary
from ticketing_test_support.waiting import wait_until

START_WITHIN_SECONDS = 30.0


def free_port() -> int:
    """A port of loopback that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether a process listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Server:
    """A server process that can be stopped, killed and started again on the same port and folder."""

    command: Sequence[str]
    port: int
    url: str
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **self.environment}
            )
        wait_until(lambda: accepts(self.port), within=START_WITHIN_SECONDS, what=f"{self.command[0]} listening")

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it calmly."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None

    @property
    def pid(self) -> int:
        """The process id; only while it runs."""
        assert self._process is not None
        return self._process.pid


def mongod(folder: Path, *, port: int | None = None) -> Server:
    """A MongoDB server that keeps its data in `folder`; not started yet."""
    port = port or free_port()
    (folder / "mongo").mkdir(parents=True, exist_ok=True)
    command = [
        str(find_binary("mongod")),
        *("--dbpath", str(folder / "mongo"), "--port", str(port), "--bind_ip", "127.0.0.1"),
        *(
            "--wiredTigerCacheSizeGB",
            "0.25",
            "--nounixsocket",
            "--setParameter",
            "diagnosticDataCollectionEnabled=false",
        ),
    ]
    return Server(command, port, f"mongodb://127.0.0.1:{port}", folder / "mongo.log")


def nats_server(folder: Path, *, port: int | None = None) -> Server:
    """A NATS server with JetStream that fsyncs before it acknowledges; not started yet."""
    port = port or free_port()
    config = folder / "nats.conf"
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder / "nats"}", sync_interval: always }}\n'
    )
    command = [str(find_binary("nats-server")), "--config", str(config)]
    return Server(command, port, f"nats://127.0.0.1:{port}", folder / "nats.log")


def redis_server(folder: Path, *, port: int | None = None) -> Server:
    """A Redis server with an append-only file; not started yet."""
    port = port or free_port()
    (folder / "redis").mkdir(parents=True, exist_ok=True)
    command = [
        str(find_binary("redis-server")),
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder / "redis")),
        *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
    ]
    return Server(command, port, f"redis://127.0.0.1:{port}", folder / "redis.log")


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """The server, started; killed at the end, since its data is no longer needed."""
    server.start()
    try:
        yield server
    finally:
        server.kill()
