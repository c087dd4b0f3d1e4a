"""A document and its event: in one document, or in two by a transaction.

.venv/bin/python -m ticketing_bench.alternatives.writes
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient, MongoClient, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession

from ticketing_bench.processes import cpu_seconds, wait_until_quiet
from ticketing_bench.seed import new_ids
from ticketing_bench.waiting import wait_for
from ticketing_test_support.servers import Server, mongod, started

WRITES = 3_000
WRITERS = (1, 32)
ROUNDS = 3
MAJORITY = WriteConcern("majority", j=True)
ORDER = {"version": 0, "hold": 1, "status": "created", "live": True, "ticket": {"title": "Seat 12", "price": 1250}}
EVENT = {"subject": "order.created", "type": "OrderCreated", "data": ORDER, "trace": "00-0af7651916cd43dd-01"}

Client = AsyncMongoClient[dict[str, Any]]
Write = Callable[[Client, str], Awaitable[None]]


async def in_one_document(client: Client, order_id: str) -> None:
    """As the services do it."""
    orders = client["bench"].get_collection("orders", write_concern=MAJORITY)
    await orders.insert_one({"_id": order_id, **ORDER, "outbox": [{"id": order_id, **EVENT}]})


async def in_a_transaction(client: Client, order_id: str) -> None:
    """With a collection for the events."""
    database = client["bench"]

    async def insert_both(session: AsyncClientSession) -> None:
        await database["orders"].insert_one({"_id": order_id, **ORDER}, session=session)
        await database["events"].insert_one({"_id": order_id, **EVENT}, session=session)

    async with client.start_session() as session:
        await session.with_transaction(insert_both, write_concern=MAJORITY)


async def measure(server: Server, write: Write, writers: int) -> str:
    """Latency, and CPU time per write of mongod and of this process."""
    latencies: list[float] = []
    ids = iter(new_ids(WRITES))
    async with AsyncMongoClient[dict[str, Any]](server.url, directConnection=True) as client:

        async def work() -> None:
            for order_id in ids:
                began = time.perf_counter()
                await write(client, order_id)
                latencies.append(time.perf_counter() - began)

        await client["bench"].command("ping")
        own, servers = time.process_time(), cpu_seconds(server.pid)
        await asyncio.gather(*(work() for _ in range(writers)))
        own = time.process_time() - own
    wait_until_quiet(server.pid)
    servers = cpu_seconds(server.pid) - servers
    latencies.sort()
    p50, p99 = (1e3 * latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    cpu = f"mongod {1e6 * servers / WRITES:.0f} µs, client {1e6 * own / WRITES:.0f} µs"
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, CPU: {cpu}"


def replica_set(folder: Path) -> Server:
    """One member, which transactions need; not started yet."""
    single = mongod(folder)
    return replace(single, command=[*single.command, "--replSet", "bench"])


def initiate(server: Server) -> None:
    """Make it a primary."""
    with MongoClient[dict[str, Any]](server.url, directConnection=True) as client:
        members = [{"_id": 0, "host": f"127.0.0.1:{server.port}"}]
        client.admin.command("replSetInitiate", {"_id": "bench", "members": members})
        wait_for("a primary", lambda: bool(client.admin.command("hello")["isWritablePrimary"]))


def main() -> None:
    """Print a line for each, in turns."""
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        started(mongod(Path(one))) as single,
        started(replica_set(Path(other))) as members,
    ):
        initiate(members)
        rows = {
            "one document, single server": (single, in_one_document),
            "one document, replica set of one": (members, in_one_document),
            "transaction, replica set of one": (members, in_a_transaction),
        }
        for writers in WRITERS * ROUNDS:
            for name, (server, write) in rows.items():
                print(f"{writers} at once: {name}: {asyncio.run(measure(server, write, writers))}", flush=True)


if __name__ == "__main__":
    main()
