"""Background tasks that measure what only the database knows."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import nan

from prometheus_client import Gauge

from ticketing_common.errors import Unavailable

# A pause is at least so many times as long as the measuring before it.
_MIN_PAUSE = 10


class Monitor(ABC):
    """Sets `gauges` every `interval` seconds, less often where measuring takes long.

    They are NaN until they are measured, and while measuring fails: an old value would hide that it is old.
    """

    name: str
    gauges: Sequence[Gauge]
    interval: float = 10.0

    @abstractmethod
    async def measure(self) -> None:
        """Set the gauges; Unavailable as of MongoDB."""

    async def run(self) -> None:
        """Measure until cancelled, through outages of the database."""
        self._set_unknown()
        while True:
            seconds = await self._measure()
            await asyncio.sleep(max(self.interval, _MIN_PAUSE * seconds))

    async def close(self) -> None:  # noqa: B027 (most have nothing to release)
        """Nothing to release."""

    async def _measure(self) -> float:
        """The seconds that it took; 0 if the database is unavailable."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            await self.measure()
        except Unavailable:
            self._set_unknown()
            return 0
        return loop.time() - started

    def _set_unknown(self) -> None:
        for gauge in self.gauges:
            gauge.set(nan)
