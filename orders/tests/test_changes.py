"""Buyers who follow their orders see each of them as it is after what was published."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from ticketing_common.currency import USD
from ticketing_common.events import Event, OrderCancelled, OrderCreated, PaymentFailed
from ticketing_common.feed import Change, Message
from ticketing_common.mongo import new_id
from ticketing_orders.changes import OrderChanges
from ticketing_orders.domain import Order, Payment
from ticketing_orders.events import event_for
from ticketing_orders.schemas import order_details_out
from ticketing_orders.settlement import settle_payment
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.orders import PRICE, cancel, place, reload

PAYMENT_ID = new_id()


def message(event: Event) -> Message:
    return Message(event.subject.value, event.model_dump_json(by_alias=True).encode())


def declined(order: Order, version: int = 1) -> PaymentFailed:
    return PaymentFailed(
        id=PAYMENT_ID,
        version=version,
        order_id=order.id,
        status="failed",
        stripe_id="pi_1",
        amount=PRICE,
        captured=0,
        refunded=0,
    )


def shown(order: Order) -> Change:
    return Change("order", order_details_out(order, USD), audience=order.user_id)


async def record_decline(store: MongoOrderStore, order: Order) -> None:
    payment = Payment(id=PAYMENT_ID, version=1, status="failed", amount=PRICE, captured=0, refunded=0)
    await settle_payment(store, order_id=order.id, payment=payment, now=datetime.now(UTC))


async def changes(store: MongoOrderStore, *messages: Message) -> list[Change | None]:
    return await OrderChanges(store, USD)(messages)


async def test_each_order_is_shown_once_to_its_buyer(store: MongoOrderStore) -> None:
    first, second = await place(store), await place(store)
    created = [message(event_for(OrderCreated, order)) for order in (first, second)]
    await cancel(store, first)
    first = await reload(store, first)
    cancelled = message(event_for(OrderCancelled, first))
    assert await changes(store, *created, cancelled) == [None, shown(second), shown(first)]


async def test_payment_is_shown_once_it_is_recorded(store: MongoOrderStore) -> None:
    order = await place(store)
    waiting = asyncio.create_task(changes(store, message(declined(order))))
    await asyncio.sleep(0)
    await record_decline(store, order)
    assert await waiting == [shown(await reload(store, order))]
    assert (await reload(store, order)).payment is not None


async def test_unknown_orders_and_messages_are_skipped(store: MongoOrderStore) -> None:
    order = event_for(OrderCreated, await place(store)).model_copy(update={"id": new_id()})
    unknown: list[Any] = [Message("order.moved", b"{}"), Message("payment.failed", b"{"), message(order)]
    assert await changes(store, *unknown) == [None, None, None]
