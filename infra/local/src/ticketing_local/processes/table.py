"""The process table: the whole stack as data."""

from ticketing_local.processes.gateway import gateway
from ticketing_local.processes.infrastructure import infrastructure
from ticketing_local.processes.observability import observability
from ticketing_local.processes.process import Layout, Process
from ticketing_local.processes.services import client, services


def process_table(layout: Layout) -> list[Process]:
    """In the order in which `up` and `ps` show them."""
    return [*infrastructure(layout), *services(layout), client(layout), *observability(layout), gateway(layout)]
