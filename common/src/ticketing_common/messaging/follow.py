"""What happens from now on, and what has just happened, by its sequence in the stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy

from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.ordered import OrderedConsumer
from ticketing_common.stream_names import EVENTS_STREAM


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The last sequence of a stream, and when the stream was created: a broker that lost its data counts anew."""

    created: datetime | None
    last_sequence: int


class Follower(Protocol):
    """What a `FollowConsumer` calls."""

    def start_after(self, end: StreamEnd) -> int:
        """The sequence after which to begin to read."""

    def receive(self, sequence: int, subject: str, data: bytes) -> None:
        """A message. Sequences grow, unless `start_after` was called in between."""

    def note_live(self, is_live: bool) -> None:
        """Whether everything has been received, and what is published arrives at once."""


class FollowConsumer(OrderedConsumer):
    """Hands each message under `subject` (`ticket.>`) to `follower`, exactly once after each `start_after`."""

    def __init__(self, broker: Broker, subject: str, follower: Follower) -> None:
        super().__init__(broker, subject, name=f"{subject}.follow")
        self._follower = follower

    async def _find_start(self) -> dict[str, Any]:
        stream = await self._broker.jetstream.stream_info(EVENTS_STREAM)
        start = self._follower.start_after(StreamEnd(stream.created, stream.state.last_seq))
        return {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": start + 1}

    def _handle(self, message: Msg, *, has_gap: bool) -> None:
        if not has_gap:  # else it comes again, after what is missing
            self._follower.receive(message.metadata.sequence.stream, message.subject, message.data)

    def _note_live(self, is_live: bool) -> None:
        self._follower.note_live(is_live)
