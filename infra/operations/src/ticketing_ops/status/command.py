"""Read all parts at once, each within seconds, and print them: what is down must not hide the rest."""

import asyncio
import json
from dataclasses import asdict

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_common.messaging import BrokerState, connect_readonly, read_broker_state
from ticketing_ops.consumers import CONSUMERS
from ticketing_ops.stack import Stack, open_databases
from ticketing_ops.status.databases import read_guarantees, read_outboxes
from ticketing_ops.status.problems import problems
from ticketing_ops.status.processes import read_processes
from ticketing_ops.status.report import Report
from ticketing_ops.status.text import screen

BROKER_TIMEOUT_SECONDS = 4.0


def status(stack: Stack, *, as_json: bool) -> int:
    """Print one screen, or JSON; exit status 1 when something needs a person."""
    report = asyncio.run(read_report(stack))
    found = problems(report)
    if as_json:
        data = {"needs_person": bool(found), "problems": [asdict(problem) for problem in found], **asdict(report)}
        print(json.dumps(data, indent=2, default=str))
    else:
        print(screen(report, found))
    return 1 if found else 0


async def read_report(stack: Stack) -> Report:
    """The state of the stack now; parts that cannot be read say so."""
    at = utc_now()
    async with open_databases(stack.urls) as databases:
        (listed, listing_error), (broker, broker_error), outboxes, guarantees = await asyncio.gather(
            read_processes(stack),
            _read_broker(stack.urls["nats"]),
            read_outboxes(databases),
            read_guarantees(databases, at),
        )
    return Report(
        stack=stack.name,
        in_cluster=stack.in_cluster,
        at=at,
        processes=listed,
        processes_error=listing_error,
        broker=broker,
        broker_error=broker_error,
        outboxes=outboxes,
        guarantees=guarantees,
    )


async def _read_broker(url: str) -> tuple[BrokerState | None, str | None]:
    try:
        async with asyncio.timeout(BROKER_TIMEOUT_SECONDS), connect_readonly(url) as jetstream:
            return await read_broker_state(jetstream, CONSUMERS), None
    except Unavailable as error:
        return None, f"{error.message}."
    except TimeoutError:
        return None, "NATS does not respond."
