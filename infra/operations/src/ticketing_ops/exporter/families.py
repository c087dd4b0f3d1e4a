"""What is exported: a broker's state as Prometheus' metric families."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from ticketing_common.messaging import BrokerState, ConsumerLag, StreamFill

_BY_CONSUMER = ("subject", "consumer")


def up(*, is_up: bool) -> GaugeMetricFamily:
    """Whether NATS could be read."""
    return GaugeMetricFamily("exporter_up", "0 while NATS cannot be read: then nothing else is exported", value=is_up)


def families(state: BrokerState, *, storage_limit: int | None, now: datetime) -> Iterator[Metric]:
    """One family for each metric; no limit, no sample."""
    yield from _consumers(state.consumers, now)
    yield _by_label(
        "messaging_dead_letters", "Messages that a consumer could not handle", "consumer", [*state.dead_letters.items()]
    )
    yield from _streams(state.streams)
    yield GaugeMetricFamily("jetstream_storage_bytes", "Storage that JetStream uses", value=state.storage_bytes)
    if storage_limit is not None:
        yield GaugeMetricFamily("jetstream_storage_limit_bytes", "Storage that JetStream may use", value=storage_limit)


def _consumers(lags: Sequence[ConsumerLag], now: datetime) -> Iterator[Metric]:
    yield _by_consumer("pending_messages", "Events not delivered yet", lags, [lag.pending for lag in lags])
    yield _by_consumer(
        "ack_pending_messages", "Events delivered and not acknowledged", lags, [lag.ack_pending for lag in lags]
    )
    yield _by_consumer(
        "redelivered_messages", "Of these, delivered more than once", lags, [lag.redelivered for lag in lags]
    )
    ages = [(now - lag.oldest_at).total_seconds() if lag.oldest_at else 0.0 for lag in lags]
    yield _by_consumer(
        "oldest_message_age_seconds", "Age of the oldest event not handled yet; 0 without any", lags, ages
    )


def _streams(fills: Sequence[StreamFill]) -> Iterator[Metric]:
    messages = [(fill.stream, fill.messages) for fill in fills]
    sizes = [(fill.stream, fill.bytes) for fill in fills]
    limits = [(fill.stream, fill.max_bytes) for fill in fills if fill.max_bytes is not None]
    yield _by_label("messaging_stream_messages", "Messages in a stream", "stream", messages)
    yield _by_label("messaging_stream_bytes", "Size of a stream", "stream", sizes)
    yield _by_label("messaging_stream_max_bytes", "Size at which a stream refuses messages", "stream", limits)


def _by_consumer(name: str, text: str, lags: Sequence[ConsumerLag], values: Sequence[float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"messaging_consumer_{name}", text, labels=_BY_CONSUMER)
    for lag, value in zip(lags, values, strict=True):
        family.add_metric((lag.subject, lag.consumer), max(0.0, value))
    return family


def _by_label(name: str, text: str, label: str, values: Sequence[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for value_of_label, value in values:
        family.add_metric((value_of_label,), value)
    return family
