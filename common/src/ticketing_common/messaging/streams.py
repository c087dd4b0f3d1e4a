"""The two streams: TICKETING, where the events are, and DEAD, where messages that cannot be handled are parked."""

from dataclasses import dataclass

import structlog
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from ticketing_common.settings import CommonSettings

log = structlog.get_logger(__name__)

EVENTS_STREAM = "TICKETING"
EVENTS_SUBJECTS = ("ticket.>", "order.>", "expiration.>", "payment.>")
DEAD_STREAM = "DEAD"
DEAD_PREFIX = "dead"

_DEDUP_WINDOW_SECONDS = 120.0
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How long and how much TICKETING keeps.

    max_age_days: longer than any outage that goes unnoticed, for what ages out is lost to a hearer that was away.
    max_bytes: bounds the disk. A full stream refuses new events (discard: new); they wait in the outboxes until old
    ones age out or the limit is raised, so nothing accepted is lost.
    """

    max_age_days: float = 30
    max_bytes: int = 4 * 1024**3
    replicas: int = 1

    @classmethod
    def of(cls, settings: CommonSettings) -> "StreamLimits":
        """The limits that the environment sets."""
        return cls(settings.stream_max_age_days, settings.stream_max_bytes, settings.stream_replicas)


async def ensure_streams(jetstream: JetStreamContext, limits: StreamLimits) -> None:
    """Create the streams, or bring existing ones to this configuration.

    Many may call it at once; one that loses such a race may be refused (nats.errors.Error) and has to ask again.
    """
    await _ensure(
        jetstream,
        StreamConfig(
            name=EVENTS_STREAM,
            subjects=list(EVENTS_SUBJECTS),
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_age=limits.max_age_days * _DAY_SECONDS,
            max_bytes=limits.max_bytes,
            num_replicas=limits.replicas,
            duplicate_window=_DEDUP_WINDOW_SECONDS,
            # Deleting the newest message would forget its id: dedup holds only while nothing is removed by hand.
            deny_delete=True,
        ),
    )
    await _ensure(
        jetstream,
        StreamConfig(
            name=DEAD_STREAM,
            subjects=[f"{DEAD_PREFIX}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            # Parked messages wait for a person: no age limit, and never pushed out by newer ones.
            discard=DiscardPolicy.NEW,
            num_replicas=limits.replicas,
            duplicate_window=_DEDUP_WINDOW_SECONDS,
        ),
    )


async def _ensure(jetstream: JetStreamContext, config: StreamConfig) -> None:
    """Ask first: a server counts the bytes of a stream that is created again a second time, and may refuse it."""
    try:
        found = await jetstream.stream_info(str(config.name))
    except NotFoundError:
        await jetstream.add_stream(config)
        return
    if not _is_as_wanted(found.config, config):
        await jetstream.update_stream(config)
        log.info("stream.updated", stream=config.name)


def _is_as_wanted(found: StreamConfig, wanted: StreamConfig) -> bool:
    """What is not wanted in particular the server has filled in."""
    return all(getattr(found, name) == value for name, value in vars(wanted).items() if value is not None)
