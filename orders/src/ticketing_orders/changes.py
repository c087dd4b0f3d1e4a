"""What buyers who follow their orders see of each event."""

import asyncio
from collections.abc import Iterable, Sequence

from ticketing_common.currency import Currency
from ticketing_common.events import (
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderRefundDue,
    PaymentCreated,
    PaymentFailed,
    PaymentRefunded,
    PaymentState,
)
from ticketing_common.feed import Change, Message, parse
from ticketing_orders.domain import Order
from ticketing_orders.ports import OrderStore
from ticketing_orders.schemas import order_details_out

SUBJECTS = ("order.>", "payment.>")
_EVENT = "order"
_MODELS: dict[str, type[Event]] = {
    model.subject.value: model
    for model in (
        *(OrderCreated, OrderCancelled, OrderCompleted, OrderRefundDue),
        *(PaymentCreated, PaymentFailed, PaymentRefunded),
    )
}
# Another replica, or the listener of this one, may still be recording a payment that has just been published.
_PAUSES_SECONDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1)


class OrderChanges:
    """Shows each order of which something was published, as it is now."""

    def __init__(self, store: OrderStore, currency: Currency) -> None:
        self._store = store
        self._currency = currency

    async def __call__(self, messages: Sequence[Message]) -> list[Change | None]:
        """The change of the last message about each order: for the others it would be the same."""
        events = [parse(message, _MODELS) for message in messages]
        found = await self._find([event for event in events if event])
        changes: list[Change | None] = []
        for event in reversed(events):
            order = found.pop(event.about_order or "", None) if event else None
            changes.append(self._change(order) if order else None)
        return changes[::-1]

    async def _find(self, events: Sequence[Event]) -> dict[str, Order]:
        """The orders by their ids, once they show the payments, or after two seconds."""
        orders = await self._read(events)
        for pause in _PAUSES_SECONDS:
            if _show_payments(orders, events):
                break
            await asyncio.sleep(pause)
            orders = await self._read(events)
        return orders

    async def _read(self, events: Iterable[Event]) -> dict[str, Order]:
        ids = {event.about_order for event in events if event.about_order}
        return {order.id: order for order in await self._store.find_all(ids)} if ids else {}

    def _change(self, order: Order) -> Change:
        return Change(_EVENT, order_details_out(order, self._currency), audience=order.user_id)


def _show_payments(orders: dict[str, Order], events: Iterable[Event]) -> bool:
    for event in events:
        if isinstance(event, PaymentState) and (order := orders.get(event.order_id)):
            known = order.payments.get(event.id)
            if known is None or known.version < event.version:
                return False
    return True
