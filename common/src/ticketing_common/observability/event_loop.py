"""How late the event loop runs what is due: what blocks it delays every request and message of the process."""

import asyncio

from ticketing_common.observability.metrics import EVENT_LOOP_LAG

_INTERVAL_SECONDS = 0.2


class EventLoopMonitor:
    """A background task that sleeps, five times a second, and measures how much too long."""

    name = "event-loop-monitor"

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _INTERVAL_SECONDS
            await asyncio.sleep(_INTERVAL_SECONDS)
            EVENT_LOOP_LAG.observe(max(0.0, loop.time() - due))

    async def close(self) -> None:
        """Nothing to release."""
