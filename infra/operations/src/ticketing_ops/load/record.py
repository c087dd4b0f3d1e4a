"""What a load run counts, in bounded memory."""

import math
from collections import Counter, defaultdict
from typing import Any

import httpx

from ticketing_ops.load.requests import Outcome, describe

Json = dict[str, Any]

# A value is known to 2 %.
_GROWTH = math.log(1.02)
_MICROSECOND = 1e-6
MAX_UNEXPECTED = 100


class Latencies:
    """A histogram of seconds."""

    def __init__(self) -> None:
        self._buckets = Counter[int]()
        self.count = 0
        self.max = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self._buckets[math.ceil(math.log(max(seconds, _MICROSECOND)) / _GROWTH)] += 1
        self.count += 1
        self.max = max(self.max, seconds)

    def percentile(self, percent: float) -> float:
        """The smallest value that so many are not above; 0 without any."""
        left = self.count * percent / 100
        for bucket, count in sorted(self._buckets.items()):
            left -= count
            if left <= 0:
                return min(math.exp(bucket * _GROWTH), self.max)
        return self.max


class Record:
    """Responses by route and kind, latencies, what users achieved, and responses that should never be seen."""

    def __init__(self) -> None:
        self.responses = Counter[tuple[str, str]]()
        self.latencies = defaultdict[str, Latencies](Latencies)
        self.done = Counter[str]()
        self.unexpected: list[str] = []
        self.unsettled = Counter[str]()

    def attempted(self, route: str, outcome: Outcome, seconds: float) -> None:
        """One attempt at a request."""
        self.responses[route, _kind(outcome)] += 1
        self.latencies[route].add(seconds)

    def gave_up(self, route: str, outcome: Outcome, *, is_retryable: bool) -> None:
        """A request that was not settled: by retries in time, or by a response that no retry changes."""
        if is_retryable:
            self.unsettled[f"{route} {_kind(outcome)}"] += 1
        elif len(self.unexpected) < MAX_UNEXPECTED:
            self.unexpected.append(f"{route}: {describe(outcome)}")

    def account_created(self, user_id: str) -> None:
        """A user signed up."""
        self.done["accounts"] += 1

    def ticket_saved(self, ticket: Json) -> None:
        """A ticket was created or edited."""
        self.done["tickets saved"] += 1

    def ticket_withdrawn(self, ticket_id: str) -> None:
        """The seller took a ticket off sale."""
        self.done["withdrawals"] += 1

    def order_placed(self, order: Json) -> None:
        """An order holds its ticket."""
        self.done["orders"] += 1

    def order_cancelled(self, order_id: str) -> None:
        """The buyer cancelled an order."""
        self.done["cancellations"] += 1

    def payment_captured(self, order_id: str, payment_id: str) -> None:
        """A card was charged."""
        self.done["purchases"] += 1


def _kind(outcome: Outcome) -> str:
    return str(outcome.status_code) if isinstance(outcome, httpx.Response) else type(outcome).__name__
