"""What every process must know by itself: it reads past events again at each start, and then follows."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from nats.aio.msg import Msg
from nats.js.api import DeliverPolicy
from pydantic import ValidationError

from ticketing_common.errors import Unavailable
from ticketing_common.events import Event
from ticketing_common.messaging.connection import Broker
from ticketing_common.messaging.ordered import OrderedConsumer

log = structlog.get_logger(__name__)

EventT = TypeVar("EventT", bound=Event)

# Events that were stored just before the last one that was received may have been on their way when it was lost.
_OVERLAP = timedelta(minutes=1)


class ReplayConsumer(OrderedConsumer, Generic[EventT]):
    """Calls `apply` with every event of one kind that was published since `since()`, and from then on.

    Events come in their order, some twice; `apply` must tolerate both, and must not block.
    """

    def __init__(
        self, broker: Broker, event: type[EventT], apply: Callable[[EventT], None], *, since: Callable[[], datetime]
    ) -> None:
        super().__init__(broker, event.subject.value, name=f"{event.subject}.replay")
        self._event = event
        self._apply = apply
        self._since = since
        self._last_at: datetime | None = None
        self._replayed = asyncio.Event()

    async def wait_replayed(self) -> None:
        """Return once all that had been published before is applied."""
        await self._replayed.wait()

    async def _find_start(self) -> dict[str, Any]:
        since = max(self._since(), self._last_at - _OVERLAP) if self._last_at else self._since()
        return {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": since}

    def _handle(self, message: Msg, *, has_gap: bool) -> None:
        try:
            self._apply(self._event.parse(message.data))
        except (ValidationError, Unavailable):
            log.exception("consumer.invalid_message", consumer=self.name, subject=message.subject)
        if not has_gap:  # else what is missing would never be read again
            self._last_at = message.metadata.timestamp

    def _note_live(self, is_live: bool) -> None:
        if is_live:
            self._replayed.set()
