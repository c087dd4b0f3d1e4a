"""Dead letters: a message that cannot be handled is parked in the stream DEAD with its reason and origin.

There it waits for a person, who looks at it, mends what was wrong and replays it, or drops it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import Header, RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from ticketing_common.messaging import headers
from ticketing_common.messaging.streams import DEAD_PREFIX, DEAD_STREAM, EVENTS_STREAM
from ticketing_common.observability.redaction import redact_text

_REASON_CHARS = 500
# Where the sequence is above, or among, those that are there.
_NO_SUCH_MESSAGE = frozenset({10057, 10043})
_REPLAY_WITHIN_SECONDS = 5.0


async def dead_letter(jetstream: JetStreamContext, message: Msg, *, durable: str, error: Exception) -> None:
    """Copy `message` to `dead.{durable}` and return once it is safely stored; parking it twice stores it once."""
    meta = message.metadata
    sequence = meta.sequence.stream
    await jetstream.publish(
        f"{DEAD_PREFIX}.{durable}",
        message.data,
        stream=DEAD_STREAM,
        headers={
            **_origin(message),
            Header.MSG_ID.value: f"{meta.stream}.{durable}.{sequence}",
            headers.DEAD_REASON: _one_line(error),
            headers.DEAD_DURABLE: durable,
            headers.DEAD_SUBJECT: message.subject,
            headers.DEAD_SEQUENCE: str(sequence),
            headers.DEAD_DELIVERIES: str(meta.num_delivered),
            headers.DEAD_AT: datetime.now(UTC).isoformat(),
        },
    )


class NotReplayable(Exception):
    """The message does not tell on which subject it came: it was not parked by a listener."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A parked message. `sequence` is its place in DEAD, by which it is found again; `durable` is who parked it."""

    sequence: int
    durable: str
    subject: str
    reason: str
    deliveries: int
    event_id: str
    dead_lettered_at: datetime
    payload: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class DeadLetters:
    """The stream DEAD, for operators."""

    def __init__(self, jetstream: JetStreamContext) -> None:
        self._jetstream = jetstream

    async def all(self) -> AsyncIterator[DeadLetter]:
        """Each message that is parked, oldest first; none where the stream does not exist yet."""
        sequence = 1
        while True:
            try:
                message = await self._jetstream.get_msg(DEAD_STREAM, seq=sequence, subject=">", next=True)
            except NotFoundError:
                return
            letter = _letter(message)
            yield letter
            sequence = letter.sequence + 1

    async def find(self, sequence: int) -> DeadLetter | None:
        """The message with this sequence in DEAD, while it is parked."""
        try:
            return _letter(await self._jetstream.get_msg(DEAD_STREAM, seq=sequence))
        except NotFoundError:
            return None

    async def replay(self, letter: DeadLetter) -> None:
        """Say the event again and take it out of DEAD once that is safely stored.

        It comes to every hearer of its subject, all of which are idempotent, under an id of its own: by its first one
        it would be taken for a duplicate. A replay cut short may be repeated. Raises NotReplayable.
        """
        if not letter.subject:
            raise NotReplayable(f"Message {letter.sequence} does not tell on which subject it came.")
        # The client changes the mapping that it is given.
        said_again = {**letter.headers, Header.MSG_ID.value: _replay_id(letter)}
        await self._jetstream.publish(
            letter.subject, letter.payload, stream=EVENTS_STREAM, headers=said_again, timeout=_REPLAY_WITHIN_SECONDS
        )
        await self.drop(letter)

    async def drop(self, letter: DeadLetter) -> None:
        """Delete it for good; nothing when that was done before."""
        try:
            await self._jetstream.delete_msg(DEAD_STREAM, letter.sequence)
        except APIError as error:
            if error.err_code not in _NO_SUCH_MESSAGE:
                raise


def _replay_id(letter: DeadLetter) -> str:
    """The same for the same parked message, so that it is not said twice; another one once it is parked again."""
    return f"replay:{letter.sequence}:{letter.dead_lettered_at.isoformat()}:{letter.event_id}"


def _letter(message: RawStreamMsg) -> DeadLetter:
    told = message.headers or {}
    return DeadLetter(
        sequence=message.seq or 0,
        durable=told.get(headers.DEAD_DURABLE) or (message.subject or "").partition(".")[2],
        subject=told.get(headers.DEAD_SUBJECT, ""),
        reason=told.get(headers.DEAD_REASON, "no reason was given"),
        deliveries=int(told.get(headers.DEAD_DELIVERIES, 0)),
        event_id=told.get(headers.DEAD_EVENT_ID, ""),
        dead_lettered_at=message.time or datetime.now(UTC),
        payload=message.data or b"",
        headers={name: text for name, text in told.items() if not name.startswith(("Dead-", "Nats-"))},
    )


def _origin(message: Msg) -> dict[str, str]:
    """The event's own headers, its id under another name: as dedup key it would be taken for the original."""
    kept = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
    event_id = (message.headers or {}).get(Header.MSG_ID.value)
    return {**kept, headers.DEAD_EVENT_ID: event_id} if event_id else kept


def _one_line(error: Exception) -> str:
    text = redact_text(f"{type(error).__name__}: {error}")
    return " ".join(text.split())[:_REASON_CHARS].encode("ascii", "replace").decode()
