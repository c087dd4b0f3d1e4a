"""Stand where NATS or the relay would, and remember what was said."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from ticketing_common.events import Envelope


class RecordingPublisher:
    """An EventPublisher in memory. `refuse` names ids that it does not acknowledge."""

    def __init__(self) -> None:
        self.connected = True
        self.envelopes: list[Envelope] = []
        self.refuse: set[str] = set()

    async def publish(self, envelopes: Sequence[Envelope]) -> set[str]:
        """Remember all and acknowledge all but the refused."""
        self.envelopes.extend(envelopes)
        return {envelope.id for envelope in envelopes} - self.refuse


async def eventually(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], *, within: float = 10.0, what: str = "the condition"
) -> None:
    """Wait until `condition` holds; AssertionError naming `what` when it does not in time."""
    give_up = time.monotonic() + within
    while True:
        holds = condition()
        if isinstance(holds, Awaitable):
            holds = await holds
        if holds:
            return
        if time.monotonic() > give_up:
            raise AssertionError(f"{what} did not hold within {within:.0f} s")
        await asyncio.sleep(0.01)
