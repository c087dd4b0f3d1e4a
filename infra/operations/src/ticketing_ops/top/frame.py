"""What happened between two scrapes. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ticketing_common.messaging import ConsumerLag
from ticketing_ops.status.processes import service_of
from ticketing_ops.top.scrape import Samples, Scrape

_DURATION = "http_server_request_duration_seconds"
_CONSUMED = "messaging_client_consumed_messages_total"
_SERVER_ERROR = "5"


@dataclass(frozen=True, slots=True)
class Route:
    """Requests of one route; rates are per second, `p50` and `p99` in seconds (None without requests)."""

    service: str
    route: str
    requests: float
    errors: float
    p50: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Consumer:
    """Messages of one consumer; rates are per second. `lag` is None while NATS cannot be read."""

    name: str
    handled: float
    failed: float
    lag: ConsumerLag | None


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """CPU seconds per second, memory in bytes, and the outbox of its database; None if it did not respond."""

    name: str
    cpu: float | None
    memory: float | None
    outbox: float | None


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of all that, over `seconds`."""

    seconds: float
    routes: Sequence[Route]
    consumers: Sequence[Consumer]
    processes: Sequence[ProcessUse]
    is_broker_up: bool


def frame(before: Scrape, after: Scrape) -> Frame:
    """The busiest routes first; consumers and processes by name."""
    seconds = max(after.at - before.at, 1e-3)
    routes = sorted(_routes(before, after, seconds), key=lambda route: (-route.requests, route.service, route.route))
    return Frame(
        seconds=seconds,
        routes=routes,
        consumers=sorted(_consumers(before, after, seconds), key=lambda consumer: consumer.name),
        processes=[_process(name, before, after, seconds) for name in after.samples],
        is_broker_up=after.lags is not None,
    )


def quantile(buckets: Sequence[tuple[float, float]], share: float) -> float | None:
    """Of a histogram's counts by upper bound (cumulative), as Prometheus interpolates; None if it is empty."""
    total = buckets[-1][1] if buckets else 0.0
    if total <= 0:
        return None
    rank, low, below = share * total, 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if math.isinf(bound):
                return low
            return low + (bound - low) * (rank - below) / max(count - below, 1e-9)
        low, below = bound, count
    return low


def _increases(before: Scrape, after: Scrape, metric: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """Process, labels and increase of each sample; since its start for a process that was started meanwhile."""
    for process, samples in after.samples.items():
        earlier: Samples = before.samples.get(process) or {}
        for (name, labels), value in (samples or {}).items():
            if name == metric:
                increase = value - earlier.get((name, labels), 0.0)
                yield process, dict(labels), increase if increase >= 0 else value


def _routes(before: Scrape, after: Scrape, seconds: float) -> Iterator[Route]:
    counts = defaultdict[tuple[str, str], list[float]](lambda: [0.0, 0.0])
    for process, labels, increase in _increases(before, after, f"{_DURATION}_count"):
        count = counts[_route_key(process, labels)]
        count[0] += increase
        count[1] += increase if labels.get("http_response_status_code", "").startswith(_SERVER_ERROR) else 0.0
    buckets = defaultdict[tuple[str, str], dict[float, float]](lambda: defaultdict(float))
    for process, labels, increase in _increases(before, after, f"{_DURATION}_bucket"):
        buckets[_route_key(process, labels)][float(labels["le"])] += increase
    for key, (requests, errors) in counts.items():
        if requests:
            found = sorted(buckets[key].items())
            yield Route(*key, requests / seconds, errors / seconds, quantile(found, 0.5), quantile(found, 0.99))


def _route_key(process: str, labels: dict[str, str]) -> tuple[str, str]:
    return service_of(process), f"{labels.get('http_request_method', '')} {labels.get('http_route', '')}"


def _consumers(before: Scrape, after: Scrape, seconds: float) -> Iterator[Consumer]:
    rates = defaultdict[str, dict[bool, float]](lambda: defaultdict(float))
    for _, labels, increase in _increases(before, after, _CONSUMED):
        rates[labels["consumer"]][labels["outcome"] == "handled"] += increase / seconds
    lags = {lag.consumer: lag for lag in after.lags or ()}
    for name in rates.keys() | lags.keys():
        yield Consumer(name, rates[name][True], rates[name][False], lags.get(name))


def _process(name: str, before: Scrape, after: Scrape, seconds: float) -> ProcessUse:
    samples = after.samples[name]
    if samples is None:
        return ProcessUse(name, None, None, None)
    used = samples.get(("process_cpu_seconds_total", ()), 0.0)
    earlier = (before.samples.get(name) or {}).get(("process_cpu_seconds_total", ()))
    cpu = None if earlier is None or used < earlier else (used - earlier) / seconds
    outbox = samples.get(("outbox_pending_events", ()))
    return ProcessUse(name, cpu, samples.get(("process_resident_memory_bytes", ())), outbox)
