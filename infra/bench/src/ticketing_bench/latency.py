"""How soon an event is seen: from the 201 of POST /api/tickets until orders knows the ticket.

The replica in the database of orders is polled by id about each millisecond, so a figure includes up to one poll (1 to
2 ms). A ticket that orders knows before its 201 has arrived counts as the first poll after it.
"""

import json
import subprocess
import threading
import time
from collections.abc import Sequence
from typing import IO

from ticketing_bench.data import Data
from ticketing_bench.http import percentile
from ticketing_bench.load import LOAD_FOLDER, LoadError, Request
from ticketing_bench.results import Result
from ticketing_bench.seed import TICKET
from ticketing_bench.stack import FLOOR, Stack, driver
from ticketing_local.binaries import find_binary

RATES = (50, 200)
SECONDS = 10
WARM_UP = 50
POLL_SECONDS = 0.001
PATIENCE_SECONDS = 20


def name(rate: int) -> str:
    """The row's name."""
    return f"event latency at {rate}/s"


def run_latency(stack: Stack, data: Data, bare: float, rate: int) -> Result:
    """LoadError when a ticket is not created, or not seen in time."""
    count = rate * SECONDS
    requests = [Request("/api/tickets", "POST", user.session, TICKET) for user in data.users(count)]
    before = stack.cpu()
    latencies = sorted(_observe(stack, requests, rate))
    spent = {name: 1000 * (now - before[name]) / count for name, now in stack.cpu().items() if name != FLOOR}
    return Result(
        name=name(rate),
        cpu=sum(spent.values()),
        bare=bare,
        figures={f"p{percent}_ms": percentile(latencies, percent) for percent in (50, 99)},
        cpu_by_process=spent,
        driver=driver(),
    )


def _observe(stack: Stack, requests: Sequence[Request], rate: int) -> list[float]:
    job = {"url": stack.urls["tickets"], "rate": rate, "requests": [request.to_json() for request in requests]}
    command = [find_binary("node"), LOAD_FOLDER / "paced.mjs"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None and client.stdout is not None  # noqa: S101, PT018  they are pipes
        client.stdin.write(json.dumps(job))
        client.stdin.close()
        created: dict[str, int] = {}
        reader = threading.Thread(target=_read, args=(client.stdout, created), daemon=True)
        reader.start()
        return _poll(stack, created, len(requests))[WARM_UP:]


def _read(lines: IO[str], created: dict[str, int]) -> None:
    """Note when each ticket's 201 arrived."""
    for line in lines:
        response = json.loads(line)
        if response["status"] == 201:  # noqa: PLR2004
            created[response["id"]] = response["at"]


def _poll(stack: Stack, created: dict[str, int], count: int) -> list[float]:
    """Latencies in ms, in the order in which the tickets were seen."""
    replicas, found = stack.mongo["orders"]["tickets"], dict[str, float]()
    deadline = time.monotonic() + SECONDS + PATIENCE_SECONDS
    while len(found) < count:
        if time.monotonic() > deadline:
            raise LoadError(f"orders saw {len(found)} of {count} tickets, of which {len(created)} were created")
        waiting = [id_ for id_ in list(created) if id_ not in found]
        if waiting:
            seen = [document["_id"] for document in replicas.find({"_id": {"$in": waiting}}, {"_id": 1})]
            now = time.monotonic_ns()
            found |= {id_: (now - created[id_]) / 1e6 for id_ in seen}
        time.sleep(POLL_SECONDS)
    return list(found.values())
