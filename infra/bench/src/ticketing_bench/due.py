"""5,000 unpaid orders whose reservations end in the same second: until each is cancelled and its ticket is free."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from ticketing_bench.audit import audit
from ticketing_bench.http import percentile
from ticketing_bench.load import LoadError
from ticketing_bench.progress import timed
from ticketing_bench.results import Result
from ticketing_bench.seed import copy_account, new_ids, put_on_sale
from ticketing_bench.stack import FLOOR, Stack, User, driver
from ticketing_bench.waiting import wait_for
from ticketing_common.events import OrderCreated
from ticketing_common.mongo import Database
from ticketing_common.mongo.driver import Driver
from ticketing_orders import domain
from ticketing_orders.domain import Ticket
from ticketing_orders.events import event_for
from ticketing_orders.store import INDEXES, MongoOrderStore

NAME = "5,000 orders due in one second"
ORDERS = 5_000
CONCURRENCY = 64
LEAD = timedelta(seconds=40)
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 180.0


def run_due(stack: Stack, bare: float) -> Result:
    """LoadError when the audit finds something afterwards."""
    users = copy_account(stack, ORDERS)
    with timed(f"{ORDERS:,} tickets"):
        tickets = put_on_sale(stack, users)
    due = datetime.now(UTC).replace(microsecond=0) + LEAD
    with timed(f"{ORDERS:,} orders"):
        asyncio.run(_place(stack, tickets, users, due))
        is_reserved = {"_id": {"$in": tickets}, "buyable": False}
        documents = stack.mongo["tickets"]["tickets"]
        wait_for("tickets knows the orders", lambda: documents.count_documents(is_reserved) == ORDERS)
    if datetime.now(UTC) > due:
        raise LoadError(f"{ORDERS} orders could not be placed within {LEAD}: the machine is too busy")
    with timed("waiting until they are due, cancelled and free"):
        time.sleep((due - datetime.now(UTC)).total_seconds())
        before = stack.cpu()
        times = _observe(stack)
        spent = {name: now - before[name] for name, now in stack.cpu().items() if name != FLOOR}
    audit(stack)
    return _result(times, spent, bare)


async def _place(stack: Stack, tickets: Sequence[str], buyers: Sequence[User], due: datetime) -> None:
    """Stored as orders itself stores them; its relay publishes their events. Over HTTP no two would be due together."""
    uri, now = f"{stack.urls['mongo']}/orders", datetime.now(UTC)
    database = Database(uri, default_name="orders", indexes=INDEXES, mongo_driver=cast(Driver, driver()))
    await database.run()
    store = MongoOrderStore(database)
    waiting = zip(new_ids(ORDERS), tickets, buyers, strict=True)

    async def place_each() -> None:
        for order_id, ticket_id, buyer in waiting:
            ticket = await store.find_ticket(ticket_id)
            order = domain.place(
                order_id=order_id,
                buyer_id=buyer.id,
                ticket=cast(Ticket, ticket),
                hold=domain.next_hold(None),
                slot=0,
                now=now,
                hold_for=due - now,
            )
            await store.add(order, event_for(OrderCreated, order))

    await asyncio.gather(*(place_each() for _ in range(CONCURRENCY)))
    await database.close()


def _observe(stack: Stack) -> dict[str, list[float]]:
    """Seconds from now until each order is cancelled, and until each ticket is free, ascending."""
    started_at = time.monotonic()
    orders, tickets = stack.mongo["orders"]["orders"], stack.mongo["tickets"]["tickets"]
    others = tickets.count_documents({"buyable": True})
    counts: dict[str, Callable[[], int]] = {
        "cancelled": lambda: ORDERS - orders.count_documents({"status": "created"}),
        "free": lambda: tickets.count_documents({"buyable": True}) - others,
    }
    times: dict[str, list[float]] = {name: [] for name in counts}
    while min(map(len, times.values())) < ORDERS:
        if time.monotonic() - started_at > PATIENCE_SECONDS:
            raise LoadError(
                f"{NAME}: { ({name: len(found) for name, found in times.items()}) } in {PATIENCE_SECONDS:.0f} s"
            )
        for name, count in counts.items():
            added = count() - len(times[name])
            times[name] += [time.monotonic() - started_at] * added
        time.sleep(POLL_SECONDS)
    return times


def _result(times: Mapping[str, Sequence[float]], spent: Mapping[str, float], bare: float) -> Result:
    return Result(
        name=NAME,
        cpu=1000 * sum(spent.values()) / ORDERS,
        bare=bare,
        figures={
            f"{name}_p{percent}_ms": 1000 * percentile(found, percent)
            for name, found in times.items()
            for percent in (50, 99)
        },
        cpu_by_process={name: 1000 * seconds / ORDERS for name, seconds in spent.items()},
        driver=driver(),
    )
