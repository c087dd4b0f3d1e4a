"""Payments kept in memory."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from ticketing_common.events import Event
from ticketing_payments.domain.payment import Payment

EventT = TypeVar("EventT", bound=Event)
Interruption = Callable[[], Awaitable[object]]


class PaymentsInMemory:
    """ports.Payments with the compare-and-set of the real store. Remembers each event.

    `interruption` happens once, between the next decision and its write; `die_before` makes the write that it says
    yes to fail as if the process had ended there.
    """

    def __init__(self) -> None:
        self.payments: dict[str, Payment] = {}
        self.said: list[Event] = []
        self.interruption: Interruption | None = None
        self.die_before: Callable[[Payment], bool] = lambda _payment: False

    async def find(self, order_id: str) -> Payment | None:
        return self.payments.get(order_id)

    async def add(self, payment: Payment) -> bool:
        return self.payments.setdefault(payment.order_id, payment) is payment

    async def save(self, payment: Payment, *, expected_version: int, event: Event | None = None) -> bool:
        interruption, self.interruption = self.interruption, None
        if interruption is not None:
            await interruption()
        if self.die_before(payment):
            raise Died
        if self.payments[payment.order_id].version != expected_version:
            return False
        self.payments[payment.order_id] = payment
        self.said += [event] if event is not None else []
        return True

    async def find_due(self, *, now: datetime, limit: int) -> list[Payment]:
        found = [(p.check_at, p) for p in self.payments.values() if p.check_at is not None and p.check_at <= now]
        return [payment for _, payment in sorted(found, key=lambda pair: pair[0])][:limit]

    async def find_unreconciled(self, *, limit: int) -> list[Payment]:
        return [payment for payment in self.payments.values() if payment.unreconciled][:limit]

    def told(self, kind: type[EventT]) -> list[EventT]:
        """The events of this kind, in order."""
        return [event for event in self.said if isinstance(event, kind)]


class Died(BaseException):
    """The process ended here."""
