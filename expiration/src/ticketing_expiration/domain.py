"""When the hold of an order runs out, and what one firing did."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The timer of a second fires within some tenths of it; what is this late has been missed, and the sweep takes it.
GRACE = timedelta(seconds=2)


class FiredBy(StrEnum):
    """Who noticed: the RQ timer (the rule), the sweep (the guarantee), or the arrival of an order already due."""

    TIMER = "timer"
    SWEEP = "sweep"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Expiry:
    """The moment at which an order's hold runs out."""

    order_id: str
    due_at: datetime

    @property
    def due_second(self) -> int:
        """The first whole second (since the epoch) at which it is due: all that share it share one timer."""
        return math.ceil(self.due_at.timestamp())

    def is_due(self, now: datetime) -> bool:
        """Whether its time has come."""
        return self.due_at <= now


@dataclass(frozen=True, slots=True)
class Firing:
    """How many orders fired, and how many seconds late each was, the latest first."""

    count: int
    lateness: Sequence[float] = ()

    @property
    def oldest(self) -> float:
        """Seconds by which the one that waited longest was late; 0 when none fired."""
        return max(self.lateness, default=0.0)
