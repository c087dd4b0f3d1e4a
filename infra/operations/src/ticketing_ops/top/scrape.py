"""Scrape all processes once."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from prometheus_client.parser import text_string_to_metric_families

from ticketing_common.errors import Unavailable
from ticketing_common.messaging import ConsumerLag, connect_readonly, read_broker_state
from ticketing_ops.consumers import CONSUMERS
from ticketing_ops.stack import SERVICES, Stack
from ticketing_ops.status.processes import service_of

TIMEOUT_SECONDS = 2.0
WITH_METRICS = (*SERVICES, "expiration-worker")

# By metric and its labels, sorted.
Labels = tuple[tuple[str, str], ...]
Samples = Mapping[tuple[str, Labels], float]


@dataclass(frozen=True, slots=True)
class Scrape:
    """All samples by process, at a moment of the monotonic clock; None of a process that did not respond.

    `lags` is None while NATS cannot be read.
    """

    at: float
    samples: Mapping[str, Samples | None]
    lags: Sequence[ConsumerLag] | None


async def scrape(http: httpx.AsyncClient, stack: Stack) -> Scrape:
    """Everything at once, within 2 s."""
    names = [name for name, url in stack.urls.items() if service_of(name) in WITH_METRICS and _is_http(url)]
    found = asyncio.gather(*(_samples(http, stack.urls[name]) for name in names))
    lags, samples = await asyncio.gather(_lags(stack.urls["nats"]), found)
    return Scrape(time.monotonic(), dict(zip(names, samples, strict=True)), lags)


def parse(text: str) -> Samples:
    """The samples of a response in Prometheus' text format."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _is_http(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")


async def _samples(http: httpx.AsyncClient, url: str) -> Samples | None:
    try:
        response = await http.get(f"{url}/metrics", timeout=TIMEOUT_SECONDS)
        return parse(response.raise_for_status().text)
    except (httpx.HTTPError, ValueError):
        return None


async def _lags(url: str) -> Sequence[ConsumerLag] | None:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), connect_readonly(url) as jetstream:
            return (await read_broker_state(jetstream, CONSUMERS)).consumers
    except (Unavailable, TimeoutError):
        return None
