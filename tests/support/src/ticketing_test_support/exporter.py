"""The exporter beside a stack that does not run one."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from ticketing_test_support.servers import accepts, free_port
from ticketing_test_support.stack import Stack
from ticketing_test_support.waiting import wait_until


@contextlib.contextmanager
def exporting(stack: Stack) -> Iterator[int]:
    """The port of its metrics. As the operator: the exporter's own user may differ between stacks."""
    port = free_port()
    environment = {
        **os.environ,
        "NATS_URL": stack.urls()["nats"],
        "METRICS_HOST": "127.0.0.1",
        "METRICS_PORT": str(port),
        "NATS_MONITOR_URL": f"http://127.0.0.1:{_monitor_port(stack)}",
    }
    with subprocess.Popen([sys.executable, "-m", "ticketing_ops.exporter"], env=environment) as process:
        try:
            wait_until(lambda: accepts(port), within=30, what="the exporter listening")
            yield port
        finally:
            process.terminate()


def _monitor_port(stack: Stack) -> str:
    """From the configuration of NATS: `http: "127.0.0.1:8222"`."""
    (line,) = (
        line for line in (stack.state_dir / "run" / "nats.conf").read_text().splitlines() if line.startswith("http: ")
    )
    return line.rstrip('"').rpartition(":")[2]
