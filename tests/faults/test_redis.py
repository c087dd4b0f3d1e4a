"""Redis is wiped while orders are open."""

from tests.faults.scenes import every_order_expires_though_redis_is_wiped

from ticketing_test_support.crowd import Crowd
from ticketing_test_support.stack import Stack

WINDOW_SECONDS = 45  # of this file's stack: time enough to make them
OPEN_ORDERS = 200


async def test_each_of_200_open_orders_expires_though_redis_is_wiped(stack: Stack, crowd: Crowd, all_is_well) -> None:
    async with crowd.shopping():
        await every_order_expires_though_redis_is_wiped(stack, crowd, orders=OPEN_ORDERS, still_open=OPEN_ORDERS)
    await all_is_well()
