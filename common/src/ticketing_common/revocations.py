"""The sessions that were revoked before they expired. Each process keeps them in memory, so that it verifies alone."""

import asyncio
import contextlib
import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from ticketing_common.events import SessionRevoked
from ticketing_common.messaging import Broker, ReplayConsumer
from ticketing_common.tokens import DEFAULT_LIMITS, CurrentUser, SessionLimits

log = structlog.get_logger(__name__)

_START_TIMEOUT_SECONDS = 2.0
# The clocks of the processes and of the broker may differ by so much.
_CLOCK_TOLERANCE = timedelta(hours=1)


class Revocations:
    """Which sessions are revoked, each until its last token has expired."""

    def __init__(self, limits: SessionLimits = DEFAULT_LIMITS, *, now: Callable[[], float] = time.time) -> None:
        self.limits = limits
        self._now = now
        self._sessions: dict[str, float] = {}  # when to forget it, by session
        self._generations: dict[str, tuple[int, float]] = {}  # the first valid one and when to forget it, by user
        self._expiries: list[tuple[float, str, str]] = []  # a heap of (when, session or "", user or ""), one of each

    def __len__(self) -> int:
        return len(self._expiries)

    def expires_at(self, session: CurrentUser | None, *, now: datetime) -> datetime:
        """Until when a revocation of the session, or for None of all sessions of a user, must be known."""
        return datetime.fromtimestamp(self.limits.revocation_expires_at(session, now=int(now.timestamp())), UTC)

    def is_revoked(self, user: CurrentUser) -> bool:
        """Whether this session is over."""
        if user.session_id in self._sessions:
            return True
        valid_from = self._generations.get(user.id)
        return valid_from is not None and user.generation < valid_from[0]

    def apply(self, event: SessionRevoked) -> None:
        """Take note of the event; of one that has expired, or is known, too."""
        expires_at = event.expires_at.timestamp()
        self._forget_expired()
        if expires_at <= self._now():
            return
        if event.session_id:
            if event.session_id not in self._sessions:
                heapq.heappush(self._expiries, (expires_at, event.session_id, ""))
            self._sessions[event.session_id] = max(expires_at, self._sessions.get(event.session_id, 0))
        if event.generation is not None:
            if event.user_id not in self._generations:
                heapq.heappush(self._expiries, (expires_at, "", event.user_id))
            known = self._generations.get(event.user_id, (0, 0.0))
            self._generations[event.user_id] = max(known[0], event.generation), max(known[1], expires_at)

    def _forget_expired(self) -> None:
        now = self._now()
        while self._expiries and self._expiries[0][0] <= now:
            _, session_id, user_id = heapq.heappop(self._expiries)
            expires_at = self._sessions[session_id] if session_id else self._generations[user_id][1]
            if expires_at > now:  # a later event has prolonged it
                heapq.heappush(self._expiries, (expires_at, session_id, user_id))
            elif session_id:
                del self._sessions[session_id]
            else:
                del self._generations[user_id]


class RevocationConsumer:
    """A background task that keeps `revocations` up to date. It replays what may still matter, then follows."""

    name = "revocations"

    def __init__(self, broker: Broker, revocations: Revocations) -> None:
        self._broker = broker
        self._limits = revocations.limits
        self._consumer = ReplayConsumer(broker, SessionRevoked, revocations.apply, since=self._since)

    async def run(self) -> None:
        """Consume until cancelled."""
        await self._consumer.run()

    async def close(self) -> None:
        """Nothing is left to finish."""

    async def wait_at_start(self) -> None:
        """Until the replay is complete, for at most 2 s; not when the broker is unreachable: HTTP does not need it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                await self._broker.wait_attempted()
                if self._broker.connected:
                    await self._consumer.wait_replayed()
                    return
        log.warning("revocations.not_replayed", hint="sessions that were revoked are accepted until NATS is back")

    def _since(self) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=self._limits.revocation_lifetime) - _CLOCK_TOLERANCE
