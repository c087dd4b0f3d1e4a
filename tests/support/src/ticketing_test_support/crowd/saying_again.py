"""Say events of the stream once more, in any order."""

import asyncio
from collections.abc import Sequence

from ticketing_common.messaging import StoredEvent, connect_readonly
from ticketing_test_support.stack import Stack

AT_ONCE = 200


async def say_again(stack: Stack, events: Sequence[StoredEvent]) -> None:
    """Publish them in this order, without the ids by which JetStream would take them for duplicates."""
    async with connect_readonly(stack.urls()["nats"]) as jetstream:
        for start in range(0, len(events), AT_ONCE):
            batch = events[start : start + AT_ONCE]
            await asyncio.gather(*(jetstream.publish(event.subject, event.payload) for event in batch))
