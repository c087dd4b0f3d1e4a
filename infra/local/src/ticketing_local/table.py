"""The process table: the whole stack as data."""

from ticketing_local.client import client
from ticketing_local.gateway import gateway
from ticketing_local.infrastructure import infrastructure
from ticketing_local.layout import Layout
from ticketing_local.process import Process
from ticketing_local.services import services


def process_table(layout: Layout) -> list[Process]:
    """In the order in which `up` and `ps` show them. Pure: the same layout gives the same table."""
    return [*infrastructure(layout), *services(layout), client(layout), gateway(layout)]
