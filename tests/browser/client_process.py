"""The page's server once more, with other settings than the stack's."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ticketing_local.client import SERVER
from ticketing_local.probes import HttpProbe
from ticketing_test_support.servers import free_port, wait_until


@dataclass(frozen=True)
class AnotherClient:
    """It listens on `port` of this machine."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        """Its pages."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def another_client(api_url: str, **environment: str) -> Iterator[AnotherClient]:
    """Healthy when entered, told to stop when left."""
    port = free_port()
    settings = {"HOSTNAME": "127.0.0.1", "PORT": str(port), "API_INTERNAL_URL": api_url, **environment}
    with subprocess.Popen(["node", str(SERVER)], env={"PATH": os.environ["PATH"], **settings}) as process:
        client = AnotherClient(process, port)
        try:
            wait_until(HttpProbe(f"{client.url}/robots.txt").passes, within=60, what="an answer of the client")
            yield client
        finally:
            process.terminate()
