"""The scenarios of which tests/test_faults.py runs smaller editions, at full size."""

from tests.faults.scenarios import expire_orders_after_redis_wipe, redeliver_events_shuffled

WINDOW_SECONDS = 45  # of this file's stack: long enough to place all orders
OPEN_ORDERS = 200
ALL_EVENTS = 1_000_000


async def test_redelivered_shuffled_events_change_nothing(stack, load, verify_guarantees) -> None:
    async with load.running():
        await load.sales(30)
    await verify_guarantees()
    await redeliver_events_shuffled(stack, load, events=ALL_EVENTS)
    await verify_guarantees()


async def test_every_order_expires_after_redis_wipe(stack, load, verify_guarantees) -> None:
    async with load.running():
        await expire_orders_after_redis_wipe(stack, load, orders=OPEN_ORDERS, still_open=OPEN_ORDERS)
    await verify_guarantees()
