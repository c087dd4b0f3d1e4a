"""The events that expiration consumes."""

from collections.abc import Callable
from datetime import datetime

from ticketing_common.clock import utc_now
from ticketing_common.events import OrderCreated
from ticketing_common.messaging import Listener
from ticketing_expiration import use_cases
from ticketing_expiration.domain import Expiry
from ticketing_expiration.ports import ExpiryStore, Timers


class OrderCreatedListener(Listener[OrderCreated]):
    """Schedule the order's expiration."""

    event = OrderCreated
    durable = "expiration-order-created"

    def __init__(self, store: ExpiryStore, timers: Timers, *, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._timers = timers
        self._now = now

    async def handle(self, event: OrderCreated) -> None:
        expiry = Expiry(order_id=event.id, due_at=event.expires_at)
        await use_cases.schedule_expiration(self._store, self._timers, expiry, now=self._now())
