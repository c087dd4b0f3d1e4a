"""The stack that a command works on: addresses, processes and databases."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.mongo import Database

SERVICES = ("auth", "tickets", "orders", "payments", "expiration")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, or a pod. `state` is the supervisor's or Kubernetes' word; `running` says whether that is well.

    `since` is when it was last started, `restarts` how often it was restarted; None where that is not known.
    """

    name: str
    state: str
    running: bool
    since: datetime | None = None
    restarts: int | None = None


@dataclass(frozen=True)
class Stack:
    """`urls` has the address of each process by name, as in `ticketing ps`; `list_processes` may take a second."""

    name: str
    urls: Mapping[str, str]
    list_processes: Callable[[], Sequence[Process]]
    in_cluster: bool = False


def database_url(urls: Mapping[str, str], service: str) -> str:
    """A service's database: Kubernetes has a server for each."""
    server = urls.get(f"{service}-mongo") or urls["mongo"]
    return f"{server}/{service}"


@asynccontextmanager
async def open_databases(urls: Mapping[str, str]) -> AsyncIterator[dict[str, Database]]:
    """The five databases by service. They connect when they are read: then Unavailable, after 3 s at most.

    PyMongo's own driver, because cancelling Motor leaves a thread that waits.
    """
    async with AsyncExitStack() as connections:
        databases = {}
        for service in SERVICES:
            url = database_url(urls, service)
            databases[service] = Database(url, default_name=service, indexes={}, mongo_driver="pymongo")
            connections.push_async_callback(databases[service].close)
        yield databases
