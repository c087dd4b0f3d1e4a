# /// script
# requires-python = ">=3.11"
# dependencies = ["faststream[nats]==0.7.8", "uvloop"]
# ///
"""The backlog of ticketing_bench.alternatives.consumers, handled by FastStream: NATS_URL EVENTS."""

import asyncio
import collections
import sys
import time
from collections.abc import Callable, Sequence

import uvloop
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

NATS_URL, EVENTS = sys.argv[1], int(sys.argv[2])
SUBJECT = "ticket.created"
STREAM = JStream("TICKETING", declare=False)
UNLIMITED = ConsumerConfig(max_ack_pending=-1)
FAILING_SECONDS = 5.0


class TicketCreated(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    id: str
    version: int
    title: str
    price: int
    user_id: str
    order_id: str | None = None


class Counter:
    def __init__(self) -> None:
        self.handled = 0
        self.done = asyncio.Event()

    def count(self, events: int) -> None:
        self.handled += events
        if self.handled >= EVENTS:
            self.done.set()


def one_by_one(broker: NatsBroker, counter: Counter) -> None:
    @broker.subscriber(  # type: ignore[untyped-decorator]
        SUBJECT,
        stream=STREAM,
        durable="faststream-one-by-one",
        pull_sub=PullSub(batch_size=256),
        config=UNLIMITED,
        no_reply=True,
    )
    async def handle(event: TicketCreated) -> None:
        counter.count(1)


def batches(broker: NatsBroker, counter: Counter) -> None:
    @broker.subscriber(  # type: ignore[untyped-decorator]
        SUBJECT,
        stream=STREAM,
        durable="faststream-batches",
        pull_sub=PullSub(batch_size=256, batch=True),
        config=UNLIMITED,
        no_reply=True,
    )
    async def handle(events: list[TicketCreated]) -> None:
        counter.count(len(events))


async def drain(subscribe: Callable[[NatsBroker, Counter], None]) -> None:
    async with NatsBroker(NATS_URL, logger=None) as broker:
        counter = Counter()
        subscribe(broker, counter)
        wall, cpu = time.perf_counter(), time.process_time()
        await broker.start()
        await counter.done.wait()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    name = subscribe.__name__.replace("_", "-")
    print(f"FastStream, {name}: {EVENTS / wall:,.0f} events/s, {cpu / EVENTS * 1e6:.0f} µs of CPU", flush=True)
    await delete(f"faststream-{name}")


async def fail() -> None:
    deliveries = collections.Counter[str]()
    async with NatsBroker(NATS_URL, logger=None) as broker:

        @broker.subscriber(  # type: ignore[untyped-decorator]
            SUBJECT,
            stream=STREAM,
            durable="faststream-failing",
            pull_sub=PullSub(batch_size=1),
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )
        async def handle(event: TicketCreated) -> None:
            deliveries[event.id] += 1
            raise ValueError

        await broker.start()
        await asyncio.sleep(FAILING_SECONDS)
    print(f"FastStream, deliveries of a failing event in 5 s: {max(deliveries.values())}", flush=True)
    await delete("faststream-failing")


async def delete(*durables: str) -> None:
    async with NatsBroker(NATS_URL, logger=None) as broker:
        for durable in durables:
            await broker.config.connection_state.stream.delete_consumer("TICKETING", durable)


async def main(subscribers: Sequence[Callable[[NatsBroker, Counter], None]] = (one_by_one, batches)) -> None:
    for subscribe in subscribers:
        await drain(subscribe)
    await fail()


uvloop.run(main())
