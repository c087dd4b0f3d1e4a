"""A second client server, with settings of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ticketing_local.binaries import find_binary
from ticketing_local.probes import HttpProbe
from ticketing_local.processes.services import CLIENT_SERVER
from ticketing_test_support.servers import free_port
from ticketing_test_support.waiting import wait_until


@dataclass(frozen=True)
class ClientProcess:
    """Listens on `port` of the loopback interface."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def client_process(api_url: str, **environment: str) -> Iterator[ClientProcess]:
    """Ready on entry, sent SIGTERM on exit."""
    port = free_port()
    settings = {"HOSTNAME": "127.0.0.1", "PORT": str(port), "API_INTERNAL_URL": api_url, **environment}
    with subprocess.Popen([find_binary("node"), CLIENT_SERVER], env=settings) as process:
        client = ClientProcess(process, port)
        try:
            wait_until(HttpProbe(f"{client.url}/robots.txt").passes, within=60, what="the client to respond")
            yield client
        finally:
            process.terminate()
