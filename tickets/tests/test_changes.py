"""What those who follow the tickets see of each event, and that the service streams it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ticketing_common.currency import USD
from ticketing_common.events import Event, OrderCompleted, OrderCreated, TicketState, TicketUpdated
from ticketing_common.feed import Change, Message
from ticketing_common.mongo import new_id
from ticketing_test_support.apps import served
from ticketing_test_support.event_streams import Followed, followed
from ticketing_test_support.fixtures import JWT_SECRET
from ticketing_test_support.samples import order_event
from ticketing_test_support.sessions import cookie_for
from ticketing_test_support.waiting import eventually
from ticketing_tickets import use_cases
from ticketing_tickets.app import create_app
from ticketing_tickets.changes import TicketChanges
from ticketing_tickets.domain import Ticket
from ticketing_tickets.settings import Settings
from ticketing_tickets.store import MongoTicketStore

ID, SELLER_ID, ORDER_ID = new_id(), new_id(), new_id()
SHOWN = {"id": ID, "title": "Front row", "price": 12.5, "userId": SELLER_ID, "version": 3}


def message(event: Event, **changes: Any) -> Message:
    return Message(event.subject.value, event.model_copy(update=changes).model_dump_json(by_alias=True).encode())


def ticket_event(**fields: Any) -> TicketState:
    return TicketUpdated(id=ID, version=3, title="Front row", price=1250, user_id=SELLER_ID, **fields)


async def changes(store: MongoTicketStore, *messages: Message) -> list[Change | None]:
    return await TicketChanges(store, USD)(messages)


async def test_ticket_is_shown_as_the_api_shows_it(store: MongoTicketStore) -> None:
    reserved = ticket_event(step="reserved", order_id=ORDER_ID, reserved_until=datetime.now(UTC))
    withdrawn = ticket_event(step="withdrawn", withdrawn=True)
    found = await changes(store, message(ticket_event(step="repriced")), message(reserved), message(withdrawn))
    assert found == [
        Change("repriced", SHOWN),
        Change("reserved", {**SHOWN, "orderId": ORDER_ID}),
        Change("withdrawn", {**SHOWN, "withdrawn": True}),
    ]


async def test_sale_is_shown_before_this_service_has_applied_it(store: MongoTicketStore) -> None:
    ticket = Ticket(ID, "Front row", 1250, SELLER_ID, datetime.now(UTC), version=3)
    await use_cases.create_ticket(
        store, ticket_id=ID, seller_id=SELLER_ID, title=ticket.title, price=ticket.price, now=ticket.created_at
    )
    sold, unknown = order_event(OrderCompleted, ticket_id=ID), order_event(OrderCompleted)
    shown = {**SHOWN, "version": 1, "orderId": sold.id}  # as in the `reserved` that follows
    assert await changes(store, message(sold), message(unknown)) == [Change("sold", shown), None]


@pytest.mark.parametrize(
    ("order_id", "step"), [(ORDER_ID, "reserved"), (None, "freed")], ids=["with an order", "without"]
)
async def test_event_of_a_release_without_steps(store: MongoTicketStore, order_id: str | None, step: str) -> None:
    [change] = await changes(store, message(ticket_event(order_id=order_id)))
    assert change is not None
    assert change.event == step


async def test_unreadable_events_are_skipped(store: MongoTicketStore) -> None:
    unknown = Message("ticket.upgraded", b"{}")
    newer = Message("ticket.updated", message(ticket_event(step="edited")).data.replace(b"edited", b"auctioned"))
    other = message(order_event(OrderCreated))
    assert await changes(store, Message("ticket.created", b"{"), unknown, newer, other) == [None] * 4


async def test_service_streams_its_own_events(mongo_uri: str, nats_url: str) -> None:
    app = create_app(Settings(mongo_uri=mongo_uri, nats_url=nats_url, jwt_secret=JWT_SECRET))

    async def is_live() -> bool:
        async with followed(app, "/api/tickets/stream") as response:
            return response.status == 200

    async with served(app) as client:
        await eventually(is_live, within=20)
        async with followed(app, "/api/tickets/stream") as response:
            body = {"title": "Front row", "price": 12.5}
            created = (await client.post("/api/tickets", json=body, headers=cookie_for(SELLER_ID))).json()
            await eventually(lambda: shown(response) == [("new", created)])


def shown(response: Followed) -> list[tuple[str, Any]]:
    return [(event.name, event.data) for event in response.events]
