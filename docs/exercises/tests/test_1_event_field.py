"""Exercise 1: ticket events have the time at which the ticket was listed."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from common.tests.events.samples import TICKET
from pymongo import MongoClient

from ticketing_common.events import EVENTS, Subject
from ticketing_common.ids import created_at
from ticketing_common.mongo import new_id
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.sessions import cookie_for
from ticketing_tickets.app import create_app
from ticketing_tickets.settings import Settings

CONTRACT = Path(__file__).parents[3] / "common/contract"
SUBJECTS = [subject for subject in Subject if subject.startswith("ticket.")]
NO_BROKER = "nats://127.0.0.1:1"  # events stay in the outbox, where the test looks at them
SELLER = cookie_for(new_id())


@pytest.fixture
async def client(mongo_uri: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the tickets service."""
    async with served(create_app(Settings(mongo_uri=mongo_uri, nats_url=NO_BROKER, jwt_secret=JWT_SECRET))) as client:
        yield client


def outbox(mongo_uri: str, ticket_id: str) -> list[dict[str, Any]]:
    """The data of the ticket's events, oldest first."""
    with MongoClient[dict[str, Any]](mongo_uri) as mongo:
        document = mongo.get_default_database()["tickets"].find_one({"_id": ticket_id})
    assert document is not None
    return [entry["data"] for entry in document["outbox"]]


async def test_every_event_of_a_ticket_has_its_listing_time(client: httpx.AsyncClient, mongo_uri: str) -> None:
    created = await client.post("/api/tickets", json={"title": "Front row", "price": 20}, headers=SELLER)
    path = f"/api/tickets/{created.json()['id']}"
    await client.put(path, json={"title": "Front row, left", "price": 25}, headers=SELLER)
    await client.delete(path, headers=SELLER)
    times = [event.get("listedAt") for event in outbox(mongo_uri, created.json()["id"])]
    assert None not in times
    assert len(times) == 3
    assert set(times) == {times[0]}, "the time at which a ticket was listed never changes, not even by a microsecond"
    seconds = (datetime.fromisoformat(str(times[0])) - created_at(created.json()["id"])).total_seconds()
    assert 0 <= seconds < 2


@pytest.mark.parametrize("subject", SUBJECTS)
def test_consumer_reads_what_the_previous_release_publishes(subject: Subject) -> None:
    previous = {name: value for name, value in TICKET.items() if name != "listedAt"}
    event = EVENTS[subject].model_validate(previous)
    assert event.model_dump(by_alias=True).get("listedAt", "no such field") is None


@pytest.mark.parametrize("subject", SUBJECTS)
def test_reviewed_schema_has_the_field(subject: Subject) -> None:
    schema = json.loads((CONTRACT / f"{subject}.json").read_text())
    assert "listedAt" in schema["properties"]
    assert "listedAt" not in schema["required"]
