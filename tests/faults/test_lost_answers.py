"""A write is done and its answer is lost: between a service and its MongoDB, and between a buyer and the gateway."""

from urllib.parse import urlsplit

import pytest

from ticketing_test_support.breaking import rewired
from ticketing_test_support.crowd import Crowd
from ticketing_test_support.lossy import LossyProxy
from ticketing_test_support.stack import Stack

# As they stand in MongoDB's wire protocol: a BSON string named like the command.
WRITES = (b"\x02insert\x00", b"\x02update\x00")
REQUESTS = (b"POST /api/", b"PUT /api/", b"DELETE /api/")


# Of how many writes one is lost, and how many in all; auth writes at a sign-up only.
LOSSES = {"auth": (3, 2), "tickets": (7, 8), "orders-1": (7, 8), "payments": (7, 8), "expiration": (7, 8)}


@pytest.mark.parametrize("name", LOSSES)
async def test_a_write_whose_answer_from_mongodb_is_lost_does_no_harm(
    stack: Stack, crowd: Crowd, all_is_well, name: str
) -> None:
    every, lost = LOSSES[name]
    port, database = urlsplit(stack.urls()["mongo"]).port or 0, name.partition("-")[0]
    async with LossyProxy(port, WRITES, every).listening() as proxy:
        with rewired(stack, name, MONGO_URI=f"mongodb://127.0.0.1:{proxy.port}/{database}"):
            async with crowd.shopping():
                await crowd.sales(5)
                while proxy.lost < lost:
                    await crowd.sales(1)
    await all_is_well()


async def test_a_buyer_whose_answer_is_lost_tries_again_and_gets_what_was_meant(
    stack: Stack, crowd: Crowd, all_is_well
) -> None:
    async with LossyProxy(stack.port, REQUESTS, every=7).listening() as proxy:
        crowd.url = f"http://127.0.0.1:{proxy.port}"
        async with crowd.shopping():
            while proxy.lost < 20:
                await crowd.sales(1)
    await all_is_well()
