"""A backlog of events handled by our consumer and by FastStream's, with handlers that do nothing but count.

.venv/bin/python -m ticketing_bench.alternatives.consumers
"""

import asyncio
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import uvloop

from ticketing_bench.drain import EVENTS, publish_backlog
from ticketing_common.events import Received, TicketCreated
from ticketing_common.messaging import BatchListener, Broker, Consumer, Listener
from ticketing_common.observability import configure
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_local.settings import ROOT
from ticketing_test_support.servers import nats_server, started

FASTSTREAM = ROOT / "infra" / "bench" / "load" / "faststream_consumer.py"
ROUNDS = 3
FAILING_SECONDS = 5.0


class Counting(Listener[TicketCreated]):
    """Handles events one by one."""

    event = TicketCreated
    durable = "bench-one-by-one"

    def __init__(self) -> None:
        self.handled = 0
        self.done = asyncio.Event()

    def count(self, events: int) -> None:
        """Note that so many are handled."""
        self.handled += events
        if self.handled >= EVENTS:
            self.done.set()

    async def handle(self, event: TicketCreated) -> None:
        self.count(1)


class CountingBatches(BatchListener[TicketCreated], Counting):
    """Handles all that have arrived together."""

    durable = "bench-batches"

    async def handle_batch(self, batch: Sequence[Received[TicketCreated]]) -> Collection[Received[TicketCreated]]:
        self.count(len(batch))
        return ()


class Failing(Counting):
    """Fails, as a defect would make it."""

    durable = "bench-failing"

    def __init__(self) -> None:
        super().__init__()
        self.deliveries = Counter[str]()

    async def handle(self, event: TicketCreated) -> None:
        self.deliveries[event.id] += 1
        raise ValueError


async def drain(broker: Broker, listener: Counting) -> str:
    """Events per second, and CPU time of this process per event."""
    consumer = Consumer(broker, listener)
    wall, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(consumer.run())
    await listener.done.wait()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    running.cancel()
    await consumer.close()
    return f"{EVENTS / wall:,.0f} events/s, {cpu / EVENTS * 1e6:.0f} µs of CPU"


async def deliveries_of_failing(broker: Broker) -> int:
    """How often a message whose handler fails is delivered within `FAILING_SECONDS`."""
    listener = Failing()
    consumer = Consumer(broker, listener)
    running = asyncio.create_task(consumer.run())
    await asyncio.sleep(FAILING_SECONDS)
    running.cancel()
    await consumer.close()
    return max(listener.deliveries.values())


async def measure(nats_url: str) -> None:
    """Print what was measured."""
    await publish_backlog(nats_url)
    broker = Broker(nats_url, client_name="bench")
    await broker.run()
    for _ in range(ROUNDS):
        for kind in (Counting, CountingBatches):
            print(f"ours, {kind.durable}: {await drain(broker, kind())}", flush=True)
            await broker.jetstream.delete_consumer(EVENTS_STREAM, kind.durable)
        await asyncio.to_thread(faststream, nats_url)
    print(f"ours, deliveries of a failing event in 5 s: {await deliveries_of_failing(broker)}")
    await broker.close()


def faststream(nats_url: str) -> None:
    """The same by FastStream, in an environment of its own."""
    uv = ROOT / ".venv" / "bin" / "uv"
    subprocess.run([uv, "run", "--quiet", "--no-project", FASTSTREAM, nats_url, str(EVENTS)], check=True)


def main() -> None:
    """On a server of its own."""
    configure(service="bench", level="CRITICAL")
    with tempfile.TemporaryDirectory() as folder, started(nats_server(Path(folder))) as server:
        uvloop.run(measure(server.url))


if __name__ == "__main__":
    main()
