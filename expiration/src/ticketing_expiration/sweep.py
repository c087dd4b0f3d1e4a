"""The sweep: what the timers missed still fires. It is the guarantee; Redis may be wiped and the worker be dead."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_expiration import use_cases
from ticketing_expiration.domain import GRACE, FiredBy
from ticketing_expiration.metrics import WAITING
from ticketing_expiration.use_cases import Expiries

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
# Longer than any redelivery: until then a repeated order.created finds its order fired and changes nothing. Past it
# the order would fire once more, which orders ignores.
KEEP_FIRED = timedelta(days=7)
_COUNT_EACH = 10
_FORGET_EACH = 3_600


class SweptExpiries(Expiries, Protocol):
    """What the sweep asks of the store beyond the use cases."""

    async def count_waiting(self) -> int:
        """How many orders have not fired."""

    async def forget(self, *, fired_before: datetime) -> int:
        """Delete what fired before that and has published its event; how many."""


class Sweep:
    """Each second fires what has been due for `GRACE` or longer and wakes the relay. Any number may run."""

    name = "sweep"

    def __init__(
        self,
        expiries: SweptExpiries,
        *,
        wake_relay: Callable[[], None],
        every: float = SWEEP_SECONDS,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._expiries = expiries
        self._wake_relay = wake_relay
        self._every = every
        self._now = now

    async def run(self) -> None:
        """Sweep for ever, through outages of the database."""
        rounds = 0
        while True:
            try:
                await self._sweep(rounds)
                rounds += 1
            except Unavailable as error:
                log.info("sweep.database_away", error=error.message)
            await asyncio.sleep(self._every)

    async def close(self) -> None:
        """Nothing to let go: what is due waits in the database."""

    async def _sweep(self, rounds: int) -> None:
        now = self._now()
        if await use_cases.fire_due(self._expiries, now=now, by=FiredBy.SWEEP, grace=GRACE):
            self._wake_relay()
        if rounds % _COUNT_EACH == 0:
            WAITING.set(await self._expiries.count_waiting())
        if rounds % _FORGET_EACH == 0:
            forgotten = await self._expiries.forget(fired_before=now - KEEP_FIRED)
            log.info("sweep.forgot", count=forgotten)
