"""The users of MongoDB are created once, also for data of an earlier release, and survive a crash."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from ticketing_local.credentials import Credentials
from ticketing_local.errors import StackError
from ticketing_local.mongo_users import MongoUsers
from ticketing_test_support.servers import Server, free_port, mongod, started

CREDENTIALS = Credentials("a-secret")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """It requires authentication, and has a ticket of the time when it did not."""
    with started(mongod(tmp_path)) as before:
        with MongoClient[dict[str, str]](before.url) as client:
            client["tickets"]["tickets"].insert_one({"title": "old"})
        before.stop()
    server = mongod(tmp_path)
    server.command = (*server.command, "--auth")
    with started(server):
        yield server


def titles(server: Server) -> list[str]:
    """What the service reads."""
    login = CREDENTIALS.login("mongo", "tickets")
    with MongoClient[dict[str, str]](f"mongodb://{login}127.0.0.1:{server.port}/tickets") as client:
        return [ticket["title"] for ticket in client["tickets"]["tickets"].find()]


def test_users_are_added_to_existing_data_and_survive_a_crash(server: Server) -> None:
    users = MongoUsers(server.port, CREDENTIALS)
    assert users.ensure()
    server.kill()
    server.start()
    assert titles(server) == ["old"]
    assert users.ensure()
    with pytest.raises(StackError, match="backend-secret"):
        MongoUsers(server.port, Credentials("another")).ensure()


def test_unreachable_server_is_asked_again_later() -> None:
    assert not MongoUsers(free_port(), CREDENTIALS).ensure()
