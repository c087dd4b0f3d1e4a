"""A write is done and its response is lost: between a service and its MongoDB, and between a client and the gateway."""

from urllib.parse import urlsplit

import pytest

from ticketing_test_support.faults import restarted_with
from ticketing_test_support.lossy_proxy import LossyProxy

# In MongoDB's wire protocol: a BSON string named like the command.
WRITES = (b"\x02insert\x00", b"\x02update\x00")
REQUESTS = (b"POST /api/", b"PUT /api/", b"DELETE /api/")
# One write in how many loses its response, and how many in all; auth writes at a sign-up only.
LOSSES = {"auth": (3, 2), "tickets": (7, 8), "orders-1": (7, 8), "payments": (7, 8), "expiration": (7, 8)}


@pytest.mark.parametrize("name", LOSSES)
async def test_lost_response_of_mongodb_does_no_harm(stack, load, verify_guarantees, name: str) -> None:
    every, lost = LOSSES[name]
    server, database = stack.urls()["mongo"], name.partition("-")[0]
    port = urlsplit(server).port or 0
    async with LossyProxy(port, WRITES, every).listening() as proxy:
        with restarted_with(stack, name, MONGO_URI=f"{server.replace(str(port), str(proxy.port))}/{database}"):
            async with load.running():
                await load.sales(5)
                while proxy.lost < lost:
                    await load.sales(1)
    await verify_guarantees()


async def test_client_retries_after_lost_response(stack, load, verify_guarantees) -> None:
    async with LossyProxy(stack.port, REQUESTS, every=7).listening() as proxy:
        load.url = f"http://127.0.0.1:{proxy.port}"
        async with load.running():
            while proxy.lost < 20:
                await load.sales(1)
    await verify_guarantees()
