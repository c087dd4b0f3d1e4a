"""The events that expiration consumes."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from ticketing_common.clock import utc_now
from ticketing_common.events import OrderCreated, Received
from ticketing_common.messaging import BatchListener
from ticketing_expiration import use_cases
from ticketing_expiration.domain import Expiry
from ticketing_expiration.ports import ExpiryStore, Timers


class OrderCreatedListener(BatchListener[OrderCreated]):
    """Schedule the order's expiration."""

    event = OrderCreated
    durable = "expiration-order-created"

    def __init__(self, store: ExpiryStore, timers: Timers, *, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._timers = timers
        self._now = now

    async def handle(self, event: OrderCreated) -> None:
        await use_cases.schedule_expiration(self._store, self._timers, _expiry(event), now=self._now())

    async def handle_batch(self, batch: Sequence[Received[OrderCreated]]) -> Collection[Received[OrderCreated]]:
        now = self._now()
        expiries = {_expiry(received.event): received.trace for received in batch}
        pending = {expiry: trace for expiry, trace in expiries.items() if not expiry.is_due(now)}
        await use_cases.schedule_expirations(self._store, self._timers, pending)
        return [received for received in batch if _expiry(received.event) not in pending]


def _expiry(event: OrderCreated) -> Expiry:
    return Expiry(order_id=event.id, due_at=event.expires_at)
