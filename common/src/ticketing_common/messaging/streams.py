"""The two streams: TICKETING with the events, and DEAD with messages that could not be handled."""

from dataclasses import dataclass

import structlog
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from ticketing_common.settings import MessagingSettings
from ticketing_common.stream_names import DEAD_PREFIX, DEAD_STREAM, EVENTS_STREAM

log = structlog.get_logger(__name__)

EVENTS_SUBJECTS = ("ticket.>", "order.>", "expiration.>", "payment.>", "session.>")

_DEDUP_WINDOW_SECONDS = 120.0
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How long and how much the streams keep.

    max_age_days: longer than any unnoticed outage, since a consumer that was down for longer misses events.
    max_bytes: bounds the disk. A full stream refuses new events (discard: new); they wait in the outboxes until old
    ones age out or the limit is raised, so nothing is lost.
    dead_max_bytes: likewise of DEAD. Full, it refuses more: they stay with their consumers, which try again every 30 s.
    """

    max_age_days: float = 30
    max_bytes: int = 4 * 1024**3
    dead_max_bytes: int = 256 * 1024**2
    replicas: int = 1

    @classmethod
    def of(cls, settings: MessagingSettings) -> "StreamLimits":
        """The limits in the settings."""
        return cls(
            settings.stream_max_age_days,
            settings.stream_max_bytes,
            settings.dead_stream_max_bytes,
            settings.stream_replicas,
        )


async def ensure_streams(jetstream: JetStreamContext, limits: StreamLimits) -> None:
    """Create the streams, or bring existing ones to this configuration.

    Processes may call it concurrently; one that loses the race gets a nats.errors.Error and has to retry.
    """
    for config in configurations(limits):
        await _ensure(jetstream, config)


def configurations(limits: StreamLimits) -> tuple[StreamConfig, StreamConfig]:
    """The configurations of TICKETING and DEAD."""
    events = StreamConfig(
        name=EVENTS_STREAM,
        subjects=list(EVENTS_SUBJECTS),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=limits.max_age_days * _DAY_SECONDS,
        max_bytes=limits.max_bytes,
        num_replicas=limits.replicas,
        duplicate_window=_DEDUP_WINDOW_SECONDS,
        # Deleting the newest message would also delete its id, and with it deduplication.
        deny_delete=True,
        allow_atomic=True,
    )
    dead = StreamConfig(
        name=DEAD_STREAM,
        subjects=[f"{DEAD_PREFIX}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        # Dead letters wait for an operator: no age limit, and never displaced by newer ones.
        discard=DiscardPolicy.NEW,
        max_bytes=limits.dead_max_bytes,
        num_replicas=limits.replicas,
        duplicate_window=_DEDUP_WINDOW_SECONDS,
    )
    return events, dead


async def _ensure(jetstream: JetStreamContext, config: StreamConfig) -> None:
    """Look first: when a stream is created again, the server counts its bytes twice and may refuse it."""
    try:
        found = await jetstream.stream_info(str(config.name))
    except NotFoundError:
        await jetstream.add_stream(config)
        return
    # A process of an older release must not take away what a newer one publishes.
    newer = set(found.config.subjects or ()) - set(config.subjects or ())
    config.subjects = [*(config.subjects or ()), *sorted(newer)]
    if not _matches(found.config, config):
        await jetstream.update_stream(config)
        log.info("stream.updated", stream=config.name)


def _matches(found: StreamConfig, wanted: StreamConfig) -> bool:
    """Whether every value that `wanted` sets is in effect; the server fills in the others."""
    return all(getattr(found, name) == value for name, value in vars(wanted).items() if value is not None)
