"""The sweep fires what the timers missed. It is the guarantee: Redis may be wiped and the worker may be down."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

from ticketing_common.clock import utc_now
from ticketing_common.errors import Unavailable
from ticketing_expiration import use_cases
from ticketing_expiration.domain import GRACE, FiredBy
from ticketing_expiration.ports import ExpiryStore

SWEEP_SECONDS = 1.0


class Sweep:
    """Each second fires what has been due for `GRACE` or longer and wakes the relay. Replicas may run concurrently."""

    name = "sweep"

    def __init__(
        self,
        store: ExpiryStore,
        *,
        wake_relay: Callable[[], None],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._wake_relay = wake_relay
        self._now = now

    async def run(self) -> None:
        """Sweep until cancelled, through outages of the database."""
        while True:
            with contextlib.suppress(Unavailable):
                await self._sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    async def close(self) -> None:
        """Nothing to release."""

    async def _sweep(self) -> None:
        if await use_cases.fire_due(self._store, now=self._now(), by=FiredBy.SWEEP, grace=GRACE):
            self._wake_relay()
