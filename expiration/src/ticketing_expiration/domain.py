"""When an order's reservation expires, and what one firing did."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A timer fires within a few tenths of a second. An order that is later than this was missed; the sweep fires it.
GRACE = timedelta(seconds=2)


class FiredBy(StrEnum):
    """What fired: the RQ timer (the rule), the sweep (the guarantee), or the arrival of an order already due."""

    TIMER = "timer"
    SWEEP = "sweep"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Expiry:
    """The moment at which an order's reservation expires."""

    order_id: str
    due_at: datetime

    @property
    def due_second(self) -> int:
        """The first whole second (since the epoch) at which it is due: all orders of a second share one timer."""
        return math.ceil(self.due_at.timestamp())

    def is_due(self, now: datetime) -> bool:
        """Whether the reservation has expired."""
        return self.due_at <= now


@dataclass(frozen=True, slots=True)
class Firing:
    """How many orders fired, and by how many seconds each was late, the latest first."""

    count: int
    lateness: Sequence[float] = ()

    @property
    def max_lateness(self) -> float:
        """Seconds; 0 when none fired."""
        return max(self.lateness, default=0.0)
