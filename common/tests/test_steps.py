"""Steps are told in their order."""

from collections.abc import AsyncIterator, Iterator

import pytest

from ticketing_common.events import TicketUpdated
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.mongo import Database, Documents
from ticketing_common.outbox import Relay
from ticketing_common.steps import Step, watch
from ticketing_common.web.background import run_tasks
from ticketing_test_support.listeners import RecordingListener, listening, say
from ticketing_test_support.recorder import eventually

UPDATED = TicketUpdated(id="a", version=1, title="Front row", price=1250, user_id="u")


@pytest.fixture
def came_to() -> Iterator[list[Step]]:
    """The steps of this process, as they come."""
    steps = list[Step]()
    watch(lambda step, _about: steps.append(step))
    yield steps
    watch(None)


@pytest.fixture
async def things(mongo_uri: str) -> AsyncIterator[Documents]:
    """An empty collection."""
    database = Database(mongo_uri, default_name="test", indexes={})
    yield Documents(database.collection("things"))
    await database.close()


async def test_a_write_is_told_before_and_after_and_then_its_publication_and_its_pull(
    things: Documents, broker: Broker, came_to: list[Step]
) -> None:
    relay = Relay([things], Publisher(broker), sweep_every=3_600)
    things.notify_with(relay.notify)
    async with run_tasks([relay]):
        await things.insert({"_id": "a"})
        await things.compare_and_set({"_id": "a"}, {"x": 1}, [UPDATED])
        await eventually(lambda: Step.PULLED in came_to)
    assert came_to == [*(Step.WRITING, Step.WRITTEN) * 2, Step.PUBLISHED, Step.PULLED]


async def test_a_write_that_was_refused_is_not_told_as_written(things: Documents, came_to: list[Step]) -> None:
    assert not await things.compare_and_set({"_id": "nobody"}, {"x": 1})
    assert came_to == [Step.WRITING]


async def test_a_message_is_told_before_it_is_handled_and_before_it_is_acknowledged(
    broker: Broker, came_to: list[Step]
) -> None:
    listener = RecordingListener()
    async with listening(broker, listener):
        await say(broker, "order")
        await eventually(lambda: Step.HANDLED in came_to)
    assert came_to == [Step.HEARD, Step.HANDLED]
