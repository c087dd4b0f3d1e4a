"""The events that orders consumes and publishes, through a real broker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

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
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.messaging import Broker, Consumer, Publisher, RetryLater, RetryPolicy
from ticketing_common.mongo import new_id
from ticketing_common.stream_names import DEAD_STREAM, EVENTS_STREAM
from ticketing_common.web.background import run_tasks
from ticketing_orders import listeners
from ticketing_orders.app import create_app
from ticketing_orders.domain import Order, Ticket
from ticketing_orders.settings import Settings
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.apps import served
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.orders import PRICE, make_order, place, reload
from ticketing_test_support.outbox import is_outbox_empty
from ticketing_test_support.waiting import eventually

EventT = TypeVar("EventT", bound=Event)


@pytest.fixture
def settings(mongo_uri: str, nats_url: str) -> Settings:
    """Settings of a replica on real servers."""
    return Settings.model_validate({"mongo_uri": mongo_uri, "nats_url": nats_url, "jwt_secret": JWT_SECRET})


@pytest.fixture
async def live_store(settings: Settings) -> AsyncIterator[MongoOrderStore]:
    """The store of a running replica, which publishes and consumes."""
    app = create_app(settings)
    async with served(app):
        yield app.state.store


async def publish(broker: Broker, *events: Event) -> None:
    """Publish events of other services."""
    envelopes = [Envelope.from_event(event, occurred_at=datetime.now(UTC), traceparent="") for event in events]
    assert await Publisher(broker).publish(envelopes) == {envelope.id for envelope in envelopes}


async def count(broker: Broker, event: type[Event]) -> int:
    """How many events of this type are in the stream."""
    info = await broker.jetstream.stream_info(EVENTS_STREAM, subjects_filter=event.subject.value)
    return sum((info.state.subjects or {}).values())


async def published(broker: Broker, event: type[EventT], times: int = 1) -> EventT:
    """Wait until the stream has so many events of this type; the last one."""

    async def are_there() -> bool:
        return await count(broker, event) == times

    await eventually(are_there, what=f"{times} of {event.subject} in the stream")
    message = await broker.jetstream.get_last_msg(EVENTS_STREAM, event.subject.value)
    return event.model_validate_json(message.data or b"")


def payment_event(kind: type[PaymentState], order: Order, **changes: Any) -> PaymentState:
    """An event of the order's payment, captured in full unless changed."""
    fields = {"id": new_id(), "order_id": order.id, "version": 2, "status": "succeeded", "stripe_id": "pi_1"}
    return kind.model_validate({**fields, "amount": PRICE, "captured": PRICE, "refunded": 0, **changes})


async def test_placing_publishes_the_order_and_empties_the_outbox(live_store: MongoOrderStore, broker: Broker) -> None:
    order = await place(live_store, now=datetime.now(UTC))
    event = await published(broker, OrderCreated)
    assert (event.id, event.version, event.hold, event.expires_at) == (order.id, 0, 1, order.expires_at)
    await eventually(lambda: is_outbox_empty(live_store.documents), what="an empty outbox")


async def test_captured_payment_completes_the_order(live_store: MongoOrderStore, broker: Broker) -> None:
    order = await place(live_store, now=datetime.now(UTC))
    await publish(broker, payment_event(PaymentCreated, order))
    assert (await published(broker, OrderCompleted)).id == order.id


@pytest.mark.parametrize(("kind", "status"), [(PaymentFailed, "failed"), (PaymentRefunded, "refunded")])
async def test_other_payment_events_are_recorded(
    live_store: MongoOrderStore, broker: Broker, kind: type[PaymentState], status: str
) -> None:
    order = await place(live_store, now=datetime.now(UTC))
    await publish(broker, payment_event(kind, order, status=status))

    async def is_recorded() -> bool:
        payment = (await reload(live_store, order)).payment
        return payment is not None and payment.status == status

    await eventually(is_recorded, what="the recorded payment")
    assert (await reload(live_store, order)).status is OrderStatus.CREATED


async def test_replicas_share_their_consumers(settings: Settings, broker: Broker) -> None:
    async with AsyncExitStack() as stack:
        replicas = [create_app(settings), create_app(settings)]
        for replica in replicas:
            await stack.enter_async_context(served(replica))
        store: MongoOrderStore = replicas[0].state.store
        orders = [await place(store, now=datetime.now(UTC)) for _ in range(20)]
        await publish(broker, *(payment_event(PaymentCreated, order) for order in orders))
        await published(broker, OrderCompleted, times=20)
        infos = await broker.jetstream.consumers_info(EVENTS_STREAM)
        consumers = {info.name: info for info in infos if info.config.durable_name}
        delivered = consumers["orders-payment-created"].delivered
        assert (len(consumers), delivered and delivered.consumer_seq) == (7, 20)


async def test_early_expiry_is_retried_after_the_time_left(store: MongoOrderStore) -> None:
    order = await place(store)
    early = order.expires_at - timedelta(seconds=90)
    listener = listeners.ExpirationCompleteListener(store, now=lambda: early)
    with pytest.raises(RetryLater) as later:
        await listener.handle(ExpirationComplete(order_id=order.id))
    assert later.value.seconds == 90


async def test_event_of_an_unknown_order_is_dead_lettered(broker: Broker, store: MongoOrderStore) -> None:
    unknown = make_order()
    policy = RetryPolicy(first_delay=0.01, longest_delay=0.02)

    async def is_dead_lettered() -> bool:
        return (await broker.jetstream.stream_info(DEAD_STREAM)).state.messages == 1

    async with run_tasks([Consumer(broker, listeners.PaymentCreatedListener(store), retry=policy)]):
        await publish(broker, payment_event(PaymentCreated, unknown))
        await eventually(is_dead_lettered, what="the dead letter")
    message = await broker.jetstream.get_last_msg(DEAD_STREAM, "dead.orders-payment-created")
    headers = message.headers or {}
    assert headers["Dead-Deliveries"] == "10"
    assert f"There is no order {unknown.id} here" in headers["Dead-Reason"]


async def test_replica_of_a_ticket_is_its_newest_state(live_store: MongoOrderStore, broker: Broker) -> None:
    listed = TicketCreated(id=new_id(), user_id=new_id(), order_id=new_id(), version=0, title="Listed", price=100)
    fields = listed.model_dump()
    edits = [TicketUpdated(**{**fields, "version": version, "price": 100 + version}) for version in (2, 1)]
    await publish(broker, *edits, listed)

    async def are_handled() -> bool:
        consumers = {info.name: info for info in await broker.jetstream.consumers_info(EVENTS_STREAM)}
        of_tickets = [consumers[name] for name in ("orders-ticket-created", "orders-ticket-updated")]
        return all(info.num_pending == 0 and info.num_ack_pending == 0 for info in of_tickets)

    await eventually(are_handled, what="all events being handled")
    replica = Ticket(id=listed.id, version=2, title="Listed", price=102, seller_id=listed.user_id)
    assert await live_store.find_ticket(listed.id) == replica


async def test_orders_are_placed_while_the_broker_is_unreachable(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"nats_url": "nats://127.0.0.1:1"}))
    async with served(app) as client:
        ready = await client.get("/healthz/ready")
        order = await place(app.state.store, now=datetime.now(UTC))
    assert (ready.status_code, ready.json()["nats"], order.version) == (200, "down", 0)
