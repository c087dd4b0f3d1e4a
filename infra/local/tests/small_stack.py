"""Run `ticketing up` with fake services, only some of them, and limits that a test can wait for; run as a script."""

import dataclasses
import os
import re
import sys
from pathlib import Path

from ticketing_local.commands.up import up
from ticketing_local.errors import StackError
from ticketing_local.processes.gateway import CADDYFILE, gateway
from ticketing_local.processes.infrastructure import mongo, nats, redis
from ticketing_local.processes.process import Layout, Process, replica_names
from ticketing_local.processes.services import web_process
from ticketing_local.settings import read_settings

BROKEN = "BROKEN"  # the error with which its service exits; nothing else is started
HERE = str(Path(__file__).parent)


def fake(layout: Layout, service: str, name: str) -> Process:
    """A service's process with the fake app."""
    process = web_process(layout, service, name)
    fakes = {
        f"ticketing_{service}.main:app": "fake_service:app",
        "ticketing_common.http_protocol:BoundedHttpProtocol": "quick_protocol:QuickProtocol",
    }
    command = [fakes.get(part, part) for part in process.command]
    return dataclasses.replace(process, command=(*command, "--app-dir", HERE))


def quick_gateway(layout: Layout) -> Process:
    """The gateway, with three seconds for a head, a body that nobody reads and between requests."""
    process = gateway(layout)
    config = layout.settings.state_dir / "run" / "Caddyfile"
    text = re.sub(r"\b(read_header|read_body|idle) \d+s", r"\1 3s", CADDYFILE.read_text())
    command = tuple(str(config) if part == str(CADDYFILE) else part for part in process.command)
    return dataclasses.replace(process, command=command, files={config: text})


def small_table(layout: Layout) -> list[Process]:
    """MongoDB, NATS, Redis, tickets, the client and the gateway."""
    tickets = [fake(layout, "tickets", name) for name in replica_names(layout.settings, "tickets")]
    if BROKEN in os.environ:
        return tickets
    return [
        mongo(layout),
        nats(layout),
        redis(layout),
        *tickets,
        fake(layout, "client", "client"),
        quick_gateway(layout),
    ]


if __name__ == "__main__":
    try:
        sys.exit(up(read_settings(os.environ), small_table))
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_status)
