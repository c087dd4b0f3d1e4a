"""Streams as files: what each message carries, and how it is stored again."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable
from itertools import islice

from nats.js import JetStreamContext
from nats.js.api import Header
from nats.js.errors import NotFoundError

from ticketing_common.messaging.inspection import read_events
from ticketing_common.messaging.streams import StreamLimits, ensure_streams
from ticketing_common.stream_names import DEAD_STREAM, EVENTS_STREAM

STREAMS = (EVENTS_STREAM, DEAD_STREAM)
_BATCH = 200
_TIMEOUT_SECONDS = 10.0
# Headers with this prefix are the server's, such as those of a batch; the id is needed for deduplication.
_SERVERS = "Nats-"


async def last_sequences(jetstream: JetStreamContext) -> dict[str, int]:
    """The sequence of the newest message of each stream; 0 without any, or without the stream."""
    return {stream: await _last_sequence(jetstream, stream) for stream in STREAMS}


async def count_messages(jetstream: JetStreamContext, stream: str) -> int:
    """How many messages the stream has; 0 while it does not exist."""
    try:
        return int((await jetstream.stream_info(stream)).state.messages)
    except NotFoundError:
        return 0


async def has_listeners(jetstream: JetStreamContext) -> bool:
    """Whether a service waits for events right now."""
    try:
        return any(info.num_waiting for info in await jetstream.consumers_info(EVENTS_STREAM))
    except NotFoundError:
        return False


async def read_lines(jetstream: JetStreamContext, stream: str, *, until: int) -> AsyncIterator[str]:
    """Each message up to this sequence as one line of JSON, oldest first."""
    if not until:
        return
    async for message in read_events(jetstream, stream=stream):
        if message.sequence > until:
            return
        payload = base64.b64encode(message.payload).decode()
        yield json.dumps({"subject": message.subject, "headers": dict(message.headers), "payload": payload})


async def publish_lines(jetstream: JetStreamContext, stream: str, lines: Iterable[str]) -> AsyncIterator[int]:
    """Store them again in their order, with their ids; after each batch, how many there are so far."""
    source, done = iter(lines), 0
    while batch := list(islice(source, _BATCH)):
        await asyncio.gather(*(_publish(jetstream, stream, line) for line in batch))
        yield (done := done + len(batch))


async def create_missing_streams(jetstream: JetStreamContext) -> None:
    """A broker that no service has used yet has none."""
    for stream in STREAMS:
        try:
            await jetstream.stream_info(stream)
        except NotFoundError:
            await ensure_streams(jetstream, StreamLimits())
            return


async def _publish(jetstream: JetStreamContext, stream: str, line: str) -> None:
    message = json.loads(line)
    headers = {
        name: value
        for name, value in message["headers"].items()
        if name == Header.MSG_ID.value or not name.startswith(_SERVERS)
    }
    payload = base64.b64decode(message["payload"])
    await jetstream.publish(message["subject"], payload, _TIMEOUT_SECONDS, stream, headers)


async def _last_sequence(jetstream: JetStreamContext, stream: str) -> int:
    try:
        return int((await jetstream.stream_info(stream)).state.last_seq)
    except NotFoundError:
        return 0
