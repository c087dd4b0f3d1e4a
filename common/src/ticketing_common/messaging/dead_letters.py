"""Dead letters: a message that cannot be handled is parked in the stream DEAD with its reason and origin."""

from datetime import UTC, datetime

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import Header

from ticketing_common.messaging import headers
from ticketing_common.messaging.streams import DEAD_PREFIX, DEAD_STREAM
from ticketing_common.observability.redaction import clean_text

_REASON_CHARS = 500


async def park(jetstream: JetStreamContext, message: Msg, *, durable: str, error: Exception) -> None:
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


def _origin(message: Msg) -> dict[str, str]:
    """The event's own headers, its id under another name: as dedup key it would be taken for the original."""
    kept = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
    event_id = (message.headers or {}).get(Header.MSG_ID.value)
    return {**kept, headers.DEAD_EVENT_ID: event_id} if event_id else kept


def _one_line(error: Exception) -> str:
    text = clean_text(f"{type(error).__name__}: {error}")
    return " ".join(text.split())[:_REASON_CHARS].encode("ascii", "replace").decode()
