"""What orders hears and says, through a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from ticketing_common.events import (
    Envelope,
    Event,
    ExpirationComplete,
    OrderCompleted,
    OrderCreated,
    OrderStatus,
    PaymentCreated,
    PaymentFailed,
    PaymentRefunded,
    PaymentState,
    Subject,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.messaging import Broker, Consumer, Listener, Publisher, RetryLater, RetryPolicy
from ticketing_common.messaging.streams import DEAD_STREAM, EVENTS_STREAM
from ticketing_common.mongo import new_id
from ticketing_orders import listeners
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.apps import served
from ticketing_test_support.orders import PRICE, InMemoryOrderStore, cancel, list_ticket, place, reload
from ticketing_test_support.waiting import eventually

MakeApp = Callable[[str], FastAPI]


@pytest.fixture
async def running(make_app: MakeApp, nats_url: str) -> AsyncIterator[FastAPI]:
    """The whole service, with its broker."""
    app = make_app(nats_url)
    async with served(app):
        yield app


async def say(broker: Broker, *events: Event) -> None:
    """Let the other services say something, each thing once even if it is given twice."""
    envelopes = [Envelope.from_event(event, occurred_at=datetime.now(UTC), traceparent="") for event in events]
    assert await Publisher(broker).publish(envelopes) == {envelope.id for envelope in envelopes}


async def said(broker: Broker, subject: Subject) -> int:
    """How many events of the subject are in the stream."""
    info = await broker.jetstream.stream_info(EVENTS_STREAM, subjects_filter=subject.value)
    return sum((info.state.subjects or {}).values())


def payment_event(kind: type[PaymentState], order: Order, **facts: Any) -> PaymentState:
    """News of the order's payment; captured in full unless `facts` say otherwise."""
    some = {"id": new_id(), "order_id": order.id, "version": 2, "status": "succeeded", "stripe_id": "pi_1"}
    return kind.model_validate({**some, "amount": PRICE, "captured": PRICE, "refunded": 0, **facts})


async def is_(orders: MongoOrderStore, order: Order, status: OrderStatus) -> bool:
    """Whether the order has come this far."""
    return (await reload(orders, order)).status is status


async def test_placing_says_order_created_once_with_the_whole_order_and_empties_the_outbox(
    running: FastAPI, broker: Broker
) -> None:
    orders: MongoOrderStore = running.state.store
    order = await place(orders, await list_ticket(orders), now=datetime.now(UTC))
    await eventually(lambda: outbox_is_empty(orders), what="the outbox being empty")
    assert await said(broker, Subject.ORDER_CREATED) == 1
    message = await broker.jetstream.get_last_msg(EVENTS_STREAM, Subject.ORDER_CREATED.value)
    heard = OrderCreated.model_validate_json(message.data or b"")
    assert (heard.id, heard.version, heard.hold, heard.status) == (order.id, 0, 1, OrderStatus.CREATED)
    assert (heard.user_id, heard.expires_at, heard.ticket.price) == (order.user_id, order.expires_at, PRICE)
    assert (message.headers or {})["Nats-Msg-Id"] == f"order.created:{order.id}:0"


async def outbox_is_empty(orders: MongoOrderStore) -> bool:
    """Whether all that orders has to say is in the stream."""
    return not await orders.documents.pending(before=datetime.now(UTC) + timedelta(days=1), limit=1)


async def test_captured_money_completes_the_order_and_that_is_said(running: FastAPI, broker: Broker) -> None:
    orders: MongoOrderStore = running.state.store
    order = await place(orders, await list_ticket(orders), now=datetime.now(UTC))
    await say(broker, payment_event(PaymentCreated, order))
    await eventually(lambda: is_(orders, order, OrderStatus.COMPLETE), what="the order being complete")
    await eventually(lambda: has_said(broker, Subject.ORDER_COMPLETED, 1), what="order.completed")
    message = await broker.jetstream.get_last_msg(EVENTS_STREAM, Subject.ORDER_COMPLETED.value)
    assert OrderCompleted.model_validate_json(message.data or b"").id == order.id


async def has_said(broker: Broker, subject: Subject, times: int) -> bool:
    """Whether the stream has come to hold so many."""
    return await said(broker, subject) == times


async def test_money_for_an_order_that_was_given_up_is_told_to_go_back(running: FastAPI, broker: Broker) -> None:
    orders: MongoOrderStore = running.state.store
    order = await place(orders, await list_ticket(orders), now=datetime.now(UTC))
    await cancel(orders, order)
    await say(broker, payment_event(PaymentCreated, order, id="f" * 24))
    await eventually(lambda: has_said(broker, Subject.ORDER_REFUND_DUE, 1), what="order.refund_due")
    message = await broker.jetstream.get_last_msg(EVENTS_STREAM, Subject.ORDER_REFUND_DUE.value)
    assert (message.headers or {})["Nats-Msg-Id"] == f"order.refund_due:{order.id}:{'f' * 24}"


@pytest.mark.parametrize(("kind", "status"), [(PaymentFailed, "failed"), (PaymentRefunded, "refunded")])
async def test_other_news_of_a_payment_are_shown_and_decide_nothing(
    running: FastAPI, broker: Broker, kind: type[PaymentState], status: str
) -> None:
    orders: MongoOrderStore = running.state.store
    order = await place(orders, await list_ticket(orders), now=datetime.now(UTC))
    await say(broker, payment_event(kind, order, status=status))
    await eventually(lambda: shows(orders, order, status), what="the payment being shown")
    assert (await reload(orders, order)).status is OrderStatus.CREATED


async def shows(orders: MongoOrderStore, order: Order, status: str) -> bool:
    """Whether the order shows a payment of this status."""
    payment = (await reload(orders, order)).payment
    return payment is not None and payment.status == status


async def test_two_replicas_share_the_listeners_so_that_each_event_is_handled_once(
    make_app: MakeApp, broker: Broker, nats_url: str
) -> None:
    async with AsyncExitStack() as stack:
        replicas = [make_app(nats_url), make_app(nats_url)]
        for replica in replicas:
            await stack.enter_async_context(served(replica))
        orders: MongoOrderStore = replicas[0].state.store
        placed = [await place(orders, await list_ticket(orders), now=datetime.now(UTC)) for _ in range(20)]
        await say(broker, *(payment_event(PaymentCreated, order) for order in placed))
        await eventually(lambda: has_said(broker, Subject.ORDER_COMPLETED, 20), what="20 orders being complete")
        consumers = {info.name: info for info in await broker.jetstream.consumers_info(EVENTS_STREAM)}
        delivered = consumers["orders-payment-created"].delivered
        assert (len(consumers), delivered and delivered.consumer_seq) == (6, 20)


async def test_an_expiry_that_comes_early_by_our_clock_comes_back_and_frees_the_ticket_then(
    running: FastAPI, broker: Broker
) -> None:
    orders: MongoOrderStore = running.state.store
    ticket = await list_ticket(orders)
    order = await place(orders, ticket, now=datetime.now(UTC), hold_for=timedelta(seconds=0.7))
    await say(broker, ExpirationComplete(order_id=order.id))
    await eventually(lambda: is_(orders, order, OrderStatus.CANCELLED), what="the order being expired")
    assert datetime.now(UTC) >= order.expires_at
    assert (await place(orders, ticket)).hold == 2


async def test_an_early_expiry_says_when_to_come_back(orders: InMemoryOrderStore) -> None:
    order = await place(orders, await list_ticket(orders), now=datetime.now(UTC))
    with pytest.raises(RetryLater) as later:
        await listeners.ExpirationCompleteListener(orders).handle(ExpirationComplete(order_id=order.id))
    assert 890 < later.value.seconds <= 900


async def test_an_event_of_an_unknown_order_comes_back_ten_times_and_is_then_parked_with_its_reason(
    broker: Broker, store: MongoOrderStore
) -> None:
    order = replace(await place(store, await list_ticket(store)), id=new_id())
    soon = RetryPolicy(first_delay=0.01, longest_delay=0.02)
    async with hearing(broker, listeners.PaymentCreatedListener(store), soon):
        await say(broker, payment_event(PaymentCreated, order))
        await eventually(lambda: parked(broker, 1), what="the message being parked")
    message = await broker.jetstream.get_last_msg(DEAD_STREAM, "dead.orders-payment-created")
    headers = message.headers or {}
    assert headers["Dead-Deliveries"] == "10"
    assert f"There is no order {order.id} here" in headers["Dead-Reason"]


@asynccontextmanager
async def hearing(broker: Broker, listener: Listener[Any], retry: RetryPolicy) -> AsyncIterator[None]:
    """A subscription, running."""
    subscription = Consumer(broker, listener, retry=retry)
    task = asyncio.create_task(subscription.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await subscription.close()


async def parked(broker: Broker, messages: int) -> bool:
    """Whether so many dead letters are there."""
    return (await broker.jetstream.stream_info(DEAD_STREAM)).state.messages == messages


async def test_what_tickets_tell_is_known_newest_first_whoever_holds_the_ticket(
    running: FastAPI, broker: Broker
) -> None:
    orders: MongoOrderStore = running.state.store
    facts = {"id": new_id(), "user_id": new_id(), "order_id": new_id()}
    await say(broker, TicketUpdated(**facts, version=2, title="Second edit", price=300))
    await say(broker, TicketUpdated(**facts, version=1, title="First edit", price=200))
    await say(broker, TicketCreated(**facts, version=0, title="Listed", price=100))
    await eventually(lambda: handled(broker), what="the three events being handled")
    ticket = Ticket(id=facts["id"], version=2, title="Second edit", price=300)
    assert await orders.find_ticket(ticket.id) == ticket
    assert (await place(orders, ticket)).status is OrderStatus.CREATED


async def handled(broker: Broker) -> bool:
    """Whether nothing about tickets is waiting for orders."""
    consumers = {info.name: info for info in await broker.jetstream.consumers_info(EVENTS_STREAM)}
    heard = [consumers[name] for name in ("orders-ticket-created", "orders-ticket-updated") if name in consumers]
    return len(heard) == 2 and all(info.num_pending == 0 and info.num_ack_pending == 0 for info in heard)
