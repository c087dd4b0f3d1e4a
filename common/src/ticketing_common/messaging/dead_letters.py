"""Dead letters: messages that could not be handled, in the stream DEAD with reason and origin.

They stay there until an operator replays or drops them.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import Header, RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from ticketing_common.messaging import headers
from ticketing_common.observability.redaction import redact_text
from ticketing_common.stream_names import DEAD_PREFIX, DEAD_STREAM, EVENTS_STREAM

_REASON_CHARS = 4_000
# The sequence is above those in the stream, or was deleted.
_NO_SUCH_MESSAGE = frozenset({10057, 10043})
_FULL = "maximum bytes exceeded"
_REPLAY_TIMEOUT_SECONDS = 5.0


async def dead_letter(jetstream: JetStreamContext, message: Msg, *, durable: str, error: Exception) -> None:
    """Copy `message` to `dead.{durable}` and return once that is stored; copying it twice stores it once."""
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


def is_full(error: BaseException) -> bool:
    """Whether DEAD refused a message because it holds as much as it may: events still flow."""
    return isinstance(error, APIError) and error.description == _FULL


class NotReplayable(Exception):
    """The message does not name its original subject: no consumer put it there."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message in DEAD. `sequence` identifies it there; `durable` names the consumer that failed."""

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

    async def all(self, *, consumer: str | None = None, after: int = 0) -> AsyncIterator[DeadLetter]:
        """All dead letters, or those of this consumer, oldest first, one at a time; those after this sequence.

        None while the stream does not exist yet.
        """
        subject = f"{DEAD_PREFIX}.{consumer}" if consumer else ">"
        sequence = after + 1
        while True:
            try:
                message = await self._jetstream.get_msg(DEAD_STREAM, seq=sequence, subject=subject, next=True)
            except NotFoundError:
                return
            letter = _letter(message)
            yield letter
            sequence = letter.sequence + 1

    async def find(self, sequence: int) -> DeadLetter | None:
        """The dead letter with this sequence, unless it was replayed or dropped."""
        try:
            return _letter(await self._jetstream.get_msg(DEAD_STREAM, seq=sequence))
        except NotFoundError:
            return None

    async def replay(self, letter: DeadLetter) -> None:
        """Publish the event again, and remove it from DEAD once that is stored.

        Every consumer of its subject receives it; all are idempotent. It gets an id of its own, since its first one
        would make it a duplicate. An interrupted replay may be repeated. Raises NotReplayable.
        """
        if not letter.subject:
            raise NotReplayable(f"Message {letter.sequence} does not name its original subject.")
        republished = {**letter.headers, Header.MSG_ID.value: _replay_id(letter)}
        await self._jetstream.publish(
            letter.subject, letter.payload, stream=EVENTS_STREAM, headers=republished, timeout=_REPLAY_TIMEOUT_SECONDS
        )
        await self.drop(letter)

    async def drop(self, letter: DeadLetter) -> None:
        """Delete it permanently, if it is still there."""
        try:
            await self._jetstream.delete_msg(DEAD_STREAM, letter.sequence)
        except APIError as error:
            if error.err_code not in _NO_SUCH_MESSAGE:
                raise


def _replay_id(letter: DeadLetter) -> str:
    """The same for the same dead letter, so that it is published once; another one once it is dead-lettered again."""
    return f"replay:{letter.sequence}:{letter.dead_lettered_at.isoformat()}:{letter.event_id}"


def _letter(message: RawStreamMsg) -> DeadLetter:
    stored = message.headers or {}
    return DeadLetter(
        sequence=message.seq or 0,
        durable=stored.get(headers.DEAD_DURABLE) or (message.subject or "").partition(".")[2],
        subject=stored.get(headers.DEAD_SUBJECT, ""),
        reason=stored.get(headers.DEAD_REASON, "unknown"),
        deliveries=int(stored.get(headers.DEAD_DELIVERIES, 0)),
        event_id=stored.get(headers.DEAD_EVENT_ID, ""),
        dead_lettered_at=message.time or datetime.now(UTC),
        payload=message.data or b"",
        headers={name: text for name, text in stored.items() if not name.startswith(("Dead-", "Nats-"))},
    )


def _origin(message: Msg) -> dict[str, str]:
    """The event's own headers, with its id under another name: it must not act as the deduplication key here."""
    kept = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
    event_id = (message.headers or {}).get(Header.MSG_ID.value)
    return {**kept, headers.DEAD_EVENT_ID: event_id} if event_id else kept


def _one_line(error: Exception) -> str:
    text = redact_text(f"{type(error).__name__}: {error}")
    return " ".join(text.split())[:_REASON_CHARS].encode("ascii", "replace").decode()
