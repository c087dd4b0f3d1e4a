"""A backlog: how fast one replica of orders handles 20,000 events about tickets that arrived while it was down."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ticketing_bench.processes import cpu_by_name
from ticketing_bench.progress import show_progress, timed
from ticketing_bench.results import Result
from ticketing_bench.seed import TICKET, new_ids
from ticketing_bench.stack import Stack, driver
from ticketing_bench.waiting import wait_for
from ticketing_common.events import Envelope, TicketCreated
from ticketing_common.messaging import Broker, Publisher
from ticketing_local.state import RunningStack
from ticketing_local.supervision.supervisor import Supervisor

NAME = "drain of 20,000 events"
EVENTS = 20_000
BATCH = 250
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 180
# The start of the process is not measured.
FIRST = 0.05


@dataclass(frozen=True)
class _Sample:
    """How far the replica is."""

    at: float
    handled: int
    cpu: Mapping[str, float]


def run_drain(stack: Stack, bare: float) -> Result:
    """Stop orders, publish, start orders, and measure from the first twentieth of the events to the last one."""
    supervisor = _supervisor(stack)
    supervisor.stop_process("orders")
    wait_for("orders stops", lambda: supervisor.states()["orders"].pid is None)
    asyncio.run(publish_backlog(stack.urls["nats"]))
    with timed(NAME):
        first, last = _start_and_observe(stack, supervisor)
    handled = last.handled - first.handled
    spent = {name: 1000 * (seconds - first.cpu[name]) / handled for name, seconds in last.cpu.items()}
    return Result(
        name=NAME,
        process="orders",
        cpu=spent["orders"],
        bare=bare,
        figures={"events_per_second": handled / (last.at - first.at)},
        cpu_by_process=spent,
        driver=driver(),
    )


def _start_and_observe(stack: Stack, supervisor: Supervisor) -> tuple[_Sample, _Sample]:
    """The first sample after the start of the process, and the last."""
    replicas = stack.mongo["orders"]["tickets"]
    known = replicas.estimated_document_count()
    supervisor.start_process("orders")
    wait_for("orders starts", lambda: supervisor.states()["orders"].pid is not None, every=POLL_SECONDS)
    pids = {**stack.pids, "orders": supervisor.states()["orders"].pid or 0}

    def sample(least: int) -> _Sample:
        wait_for(
            "orders handles the events",
            lambda: replicas.estimated_document_count() >= known + least,
            seconds=PATIENCE_SECONDS,
            every=POLL_SECONDS,
        )
        return _Sample(time.monotonic(), replicas.estimated_document_count() - known, cpu_by_name(pids))

    return sample(int(EVENTS * FIRST)), sample(EVENTS)


def _supervisor(stack: Stack) -> Supervisor:
    running = RunningStack.load(stack.state)
    assert running is not None  # noqa: S101  it is running
    return Supervisor(running.socket)


async def publish_backlog(url: str) -> None:
    """Events as tickets publishes them."""
    broker = Broker(url, client_name="bench")
    await broker.run()
    publisher = Publisher(broker)
    batches = [new_ids(BATCH) for _ in range(EVENTS // BATCH)]
    try:
        for ids in show_progress("publishing 20,000 events, batch", batches, len(batches)):
            envelopes = _envelopes(ids)
            while envelopes:  # what was not acknowledged in time is published again, under the same id
                stored = await publisher.publish(envelopes)
                envelopes = [envelope for envelope in envelopes if envelope.id not in stored]
    finally:
        await broker.close()


def _envelopes(ids: Sequence[str]) -> list[Envelope]:
    now = datetime.now(UTC)
    events = [TicketCreated(id=id_, version=0, title=str(TICKET["title"]), price=1250, user_id=id_) for id_ in ids]
    return [Envelope.from_event(event, occurred_at=now, traceparent="") for event in events]
