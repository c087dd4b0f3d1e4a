"""What expiration hears."""

from collections.abc import Callable
from datetime import datetime

from ticketing_common.clock import utc_now
from ticketing_common.events import OrderCreated
from ticketing_common.messaging import Listener
from ticketing_expiration import use_cases
from ticketing_expiration.domain import Expiry
from ticketing_expiration.use_cases import Expiries, Timers


class OrderCreatedListener(Listener[OrderCreated]):
    """Watch the order until its hold runs out."""

    event = OrderCreated
    durable = "expiration-order-created"

    def __init__(self, expiries: Expiries, timers: Timers, *, now: Callable[[], datetime] = utc_now) -> None:
        self._expiries = expiries
        self._timers = timers
        self._now = now

    async def handle(self, event: OrderCreated) -> None:
        expiry = Expiry(order_id=event.id, due_at=event.expires_at)
        await use_cases.watch_order(self._expiries, self._timers, expiry, now=self._now())
