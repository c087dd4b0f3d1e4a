"""Places an order: reserves a ticket for a buyer."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from ticketing_common.concurrency import update
from ticketing_common.currency import Currency
from ticketing_common.events import OrderCreated
from ticketing_common.idempotency import Record, unrecorded
from ticketing_common.observability import spans
from ticketing_common.observability.spans import ORDER_ID
from ticketing_common.replicas import wait_for_replica
from ticketing_orders import domain
from ticketing_orders.domain import HoldTaken, Order, ReservationRules, SlotTaken
from ticketing_orders.events import event_for
from ticketing_orders.ports import OrderStore


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The orders that matter to a new one: the ticket's latest, the buyer's last released, the buyer's open ones."""

    hold: int = 1
    released: Order | None = None
    used_slots: Collection[int] = ()


_NONE = _Earlier()


async def place_order(
    store: OrderStore,
    *,
    order_id: str,
    buyer_id: str,
    ticket_id: str,
    seen_price: int | None,
    currency: Currency,
    now: datetime,
    rules: ReservationRules,
    broker_available: Callable[[], bool],
    record: Record[Order] = unrecorded,
) -> Order:
    """Reserve a ticket for a buyer.

    NotFound when it does not exist or is withdrawn, TicketReserved when it is reserved or sold, PriceChanged when it
    does not cost `seen_price` (in minor units), ReleasedRecently or TooManyReservations when the buyer has to wait,
    RequestRepeated.
    """
    ticket = await wait_for_replica(
        store.find_ticket,
        ticket_id,
        user_id=buyer_id,
        now=now,
        broker_available=broker_available,
        what="ticket",
    )
    domain.require_listed(ticket)
    preferred = domain.preferred_slot(order_id, rules.max_open)

    def decide(earlier: _Earlier) -> Order:
        domain.require_price(ticket, seen_price, currency)
        domain.require_cooled_down(earlier.released, cooldown=rules.cooldown, now=now)
        slot = domain.free_slot(preferred, earlier.used_slots, rules.max_open)
        return domain.place(
            order_id=order_id,
            buyer_id=buyer_id,
            ticket=ticket,
            hold=earlier.hold,
            slot=slot,
            now=now,
            hold_for=rules.hold_for,
        )

    async def save(_earlier: _Earlier, order: Order) -> bool:
        try:
            await store.add(order, event_for(OrderCreated, order), request=record(order))
        except (HoldTaken, SlotTaken):
            return False
        spans.annotate({ORDER_ID: order.id})
        return True

    # Most tickets have no earlier order, and most buyers a free slot: try without reading. If that is wrong, the unique
    # indexes refuse it, since the ticket's first order has hold 1, or was reinstated with a higher one and stays live.
    if seen_price in (None, ticket.price) and await save(_NONE, first := decide(_NONE)):
        return first
    return await update(lambda: _find_earlier(store, ticket_id, buyer_id), decide, save)


async def _find_earlier(store: OrderStore, ticket_id: str, buyer_id: str) -> _Earlier:
    """TicketReserved when the ticket has a live order.

    The ticket's latest order is read first: one of the buyer's that ends later has a higher hold, which refuses the
    write.
    """
    latest = await store.latest_of_ticket(ticket_id)
    hold = domain.next_hold(latest)
    released = await store.latest_released(ticket_id, buyer_id) if latest else None
    return _Earlier(hold, released, await store.used_slots(buyer_id))
