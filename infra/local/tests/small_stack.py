"""A stack whose services are stand-ins, run as a script: everything else is what `ticketing up` runs."""

import dataclasses
import os
import sys
from pathlib import Path

from ticketing_local.commands.up import up
from ticketing_local.errors import StackError
from ticketing_local.processes.gateway import gateway
from ticketing_local.processes.infrastructure import mongo, nats, redis
from ticketing_local.processes.process import Layout, Process, replica_names
from ticketing_local.processes.services import web_process
from ticketing_local.settings import read_settings

BROKEN = "BROKEN"  # set: nothing but a service that dies at once, and why
HERE = str(Path(__file__).parent)


def stand_in(layout: Layout, service: str, name: str) -> Process:
    """The same uvicorn, with another application."""
    process = web_process(layout, service, name)
    command = [part.replace(f"ticketing_{service}.main:app", "stand_in:app") for part in process.command]
    return dataclasses.replace(process, command=(*command, "--app-dir", HERE))


def small_table(layout: Layout) -> list[Process]:
    """The infrastructure, one kind of service, and the gateway."""
    tickets = [stand_in(layout, "tickets", name) for name in replica_names(layout.settings, "tickets")]
    if BROKEN in os.environ:
        return tickets
    client = stand_in(layout, "client", "client")
    return [mongo(layout), nats(layout), redis(layout), *tickets, client, gateway(layout)]


if __name__ == "__main__":
    try:
        sys.exit(up(read_settings(os.environ), small_table))
    except StackError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_status)
