"""Exercise 2: an order that is paid never expires."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from nats.js.errors import NotFoundError

from ticketing_common.events import Envelope, OrderCompleted, OrderCreated, OrderState
from ticketing_common.messaging import Broker, Publisher
from ticketing_common.mongo import new_id
from ticketing_common.observability import tracing
from ticketing_common.stream_names import EVENTS_STREAM
from ticketing_expiration.app import create_app
from ticketing_expiration.settings import Settings
from ticketing_local.permissions import NATS_USERS
from ticketing_test_support.apps import served
from ticketing_test_support.samples import order_event
from ticketing_test_support.waiting import eventually

CREATED, COMPLETED = "expiration-order-created", "expiration-order-completed"


@pytest.fixture
async def service(mongo_uri: str, nats_url: str, redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The expiration service. Its sweep fires what is due, two seconds late; the worker is not needed."""
    async with served(create_app(Settings(mongo_uri=mongo_uri, nats_url=nats_url, redis_url=redis_url))) as client:
        yield client


def due_in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def publish(broker: Broker, event: OrderState, *, times: int = 1) -> None:
    """Each time with another id, as a redelivery past the deduplication window."""
    trace = tracing.begin()
    for number in range(times):
        envelope = Envelope.from_event(event, occurred_at=datetime.now(UTC), traceparent=trace)
        fields = {name: getattr(envelope, name) for name in ("subject", "type", "data", "occurred_at", "traceparent")}
        assert await Publisher(broker).publish([Envelope(id=f"{envelope.id}:{number}", **fields)])


async def handled(broker: Broker, durable: str) -> None:
    """Wait until this consumer has handled everything that was published."""

    async def is_done() -> bool:
        try:
            info = await broker.jetstream.consumer_info(EVENTS_STREAM, durable)
        except NotFoundError:
            return False
        return info.num_pending == info.num_ack_pending == 0 and bool(info.delivered and info.delivered.consumer_seq)

    await eventually(is_done, what=f"the durable consumer {durable} of expiration having handled every event")


async def expired(broker: Broker) -> set[str]:
    """The orders of every expiration.complete in the stream."""
    last = (await broker.jetstream.stream_info(EVENTS_STREAM)).state.last_seq
    messages = [await broker.jetstream.get_msg(EVENTS_STREAM, sequence) for sequence in range(1, last + 1)]
    return {json.loads(item.data or b"")["orderId"] for item in messages if item.subject == "expiration.complete"}


async def unpaid_order_expires(broker: Broker, at: datetime | None = None) -> str:
    """Publish an order that nobody pays, due now or later, and wait until it expires; its id."""
    order = order_event(OrderCreated, expires_at=at or due_in(0))
    await publish(broker, order)

    async def has_expired() -> bool:
        return order.id in await expired(broker)

    await eventually(has_expired, within=20, what="the expiration of an order that nobody pays")
    return order.id


async def test_paid_order_does_not_expire(service: httpx.AsyncClient, broker: Broker) -> None:
    paid: dict[str, Any] = {"id": new_id(), "expires_at": due_in(6)}
    await publish(broker, order_event(OrderCreated, **paid))
    await handled(broker, CREATED)
    await publish(broker, order_event(OrderCompleted, version=1, **paid), times=2)
    await handled(broker, COMPLETED)
    unpaid = await unpaid_order_expires(broker, at=paid["expires_at"] + timedelta(seconds=1))
    assert await expired(broker) == {unpaid}


async def test_completion_may_arrive_before_the_order(service: httpx.AsyncClient, broker: Broker) -> None:
    paid: dict[str, Any] = {"id": new_id(), "expires_at": due_in(-1)}
    await publish(broker, order_event(OrderCompleted, version=1, **paid))
    await handled(broker, COMPLETED)
    await publish(broker, order_event(OrderCreated, **paid))
    await handled(broker, CREATED)
    unpaid = await unpaid_order_expires(broker)
    assert await expired(broker) == {unpaid}


async def test_completion_of_an_expired_order_changes_nothing(service: httpx.AsyncClient, broker: Broker) -> None:
    late: dict[str, Any] = {"id": await unpaid_order_expires(broker), "expires_at": due_in(0)}
    await publish(broker, order_event(OrderCompleted, version=2, **late))
    await handled(broker, COMPLETED)
    assert await expired(broker) == {late["id"]}


def test_nats_lets_the_service_consume_it() -> None:
    (user,) = (user for user in NATS_USERS if user.name == "expiration")
    assert user.consumers.get(COMPLETED) == "order.completed"
