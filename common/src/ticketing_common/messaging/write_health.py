"""Whether JetStream stores what is published: a broker may be connected and yet refuse every write (a full disk)."""

import time
from collections.abc import Callable

from ticketing_common.observability.metrics import BROKER_WRITABLE

# Longer than the pause between two attempts. The next success of this process ends a failure sooner; the limit is for
# when another replica publishes the event and this one has nothing left to try.
_FAILURE_LIFETIME_SECONDS = 35.0
# Other processes repeat their reports with each attempt, every three seconds or so.
_REPORT_LIFETIME_SECONDS = 5.0


class WriteHealth:
    """What this process and the others have found out from their attempts to publish."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failing_until: dict[str, float] = {}
        self._reported_until = float("-inf")
        BROKER_WRITABLE.set_function(lambda: float(self.writable))

    @property
    def writable(self) -> bool:
        """False after a failed publish, of this process or of another one, until writes succeed again."""
        return self._clock() >= max(self._reported_until, *self._failing_until.values(), float("-inf"))

    def record(self, stream: str, *, stored: bool) -> None:
        """Note the outcome of an attempt to publish to `stream`."""
        if stored:
            self._failing_until.pop(stream, None)
        else:
            self._failing_until[stream] = self._clock() + _FAILURE_LIFETIME_SECONDS

    def record_report(self) -> None:
        """Note that another process failed to publish just now."""
        self._reported_until = self._clock() + _REPORT_LIFETIME_SECONDS
