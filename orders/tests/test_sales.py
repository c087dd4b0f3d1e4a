"""The sums of a seller's paid orders."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ticketing_common.events import TicketCreated, TicketUpdated
from ticketing_common.mongo import Database, new_id
from ticketing_orders import use_cases
from ticketing_orders.domain import Order, Payment, Sales, Ticket, Total
from ticketing_orders.listeners import TicketCreatedListener, TicketUpdatedListener
from ticketing_orders.store import MongoOrderStore
from ticketing_test_support.apps import served_in_memory
from ticketing_test_support.memory import InMemoryDatabase
from ticketing_test_support.orders import PRICE, cancel, expire, pay, place, reload
from ticketing_test_support.sessions import cookie_for

SELLER = new_id()
SOLD = Total(1, PRICE)


@pytest.fixture
def store(real_store: MongoOrderStore) -> MongoOrderStore:
    """On a real MongoDB: its aggregation is the subject."""
    return real_store


def event(**values: Any) -> dict[str, Any]:
    return {"id": new_id(), "version": 0, "title": "Front row", "price": PRICE, "user_id": SELLER, **values}


async def listed(store: MongoOrderStore, seller_id: str = SELLER) -> Ticket:
    """A ticket of this seller's, as orders knows it from its event."""
    created = TicketCreated(**event(user_id=seller_id))
    await TicketCreatedListener(store).handle(created)
    ticket = await store.find_ticket(created.id)
    assert ticket is not None
    return ticket


async def sold(store: MongoOrderStore, seller_id: str = SELLER) -> tuple[Order, Payment]:
    order = await place(store, await listed(store, seller_id))
    return order, await pay(store, order)


async def refund(store: MongoOrderStore, order: Order, payment: Payment, amount: int) -> None:
    newer = replace(payment, version=payment.version + 1, refunded=amount)
    await use_cases.record_payment(store, order_id=order.id, payment=newer)


async def test_only_paid_orders_are_sales(store: MongoOrderStore) -> None:
    await sold(store)
    await place(store, await listed(store))
    await cancel(store, await place(store, await listed(store)))
    assert await store.sales_of(SELLER) == Sales(sold=SOLD)


async def test_sales_are_of_ones_own_tickets(store: MongoOrderStore) -> None:
    await sold(store, new_id())
    assert await store.sales_of(SELLER) == Sales()


async def test_price_is_what_was_paid(store: MongoOrderStore) -> None:
    order, _ = await sold(store)
    await TicketUpdatedListener(store).handle(TicketUpdated(**event(id=order.ticket.id, version=1, price=99)))
    assert (await store.sales_of(SELLER)).sold == SOLD


async def test_refunds_of_sales_are_summed(store: MongoOrderStore) -> None:
    for amount in (PRICE, 250, 0):
        await refund(store, *await sold(store), amount)
    assert await store.sales_of(SELLER) == Sales(sold=Total(3, 3 * PRICE), refunded=Total(2, PRICE + 250))


async def test_refund_of_a_payment_that_bought_nothing_is_not_of_a_sale(store: MongoOrderStore) -> None:
    """The second payment of an order, and the late payment of a ticket that somebody else has bought."""
    order, _ = await sold(store)
    await refund(store, order, await pay(store, order), PRICE)
    late = await place(store, await listed(store))
    await expire(store, late)
    ticket = await store.find_ticket(late.ticket.id)
    await pay(store, await place(store, ticket))
    await refund(store, late, await pay(store, late), PRICE)
    assert await store.sales_of(SELLER) == Sales(sold=Total(2, 2 * PRICE))


async def forget_sellers(database: Database) -> None:
    """What a release that did not record sellers has written."""
    for name in ("orders", "tickets"):
        await database.collection(name).update_many({}, {"$unset": {"seller_id": ""}})


async def test_order_of_an_earlier_release_gets_its_seller_when_it_is_paid(
    store: MongoOrderStore, database: Database
) -> None:
    order = await place(store, await listed(store))
    await forget_sellers(database)
    # The ticket is reserved.
    await TicketUpdatedListener(store).handle(TicketUpdated(**event(id=order.ticket.id, version=1, order_id=order.id)))
    await pay(store, order)
    assert (await store.sales_of(SELLER)).sold == SOLD
    assert (await reload(store, order)).seller_id == SELLER


async def test_order_whose_seller_is_unknown_is_paid_and_not_counted(
    store: MongoOrderStore, database: Database
) -> None:
    order = await place(store, await listed(store))
    await forget_sellers(database)
    await pay(store, order)
    assert await store.sales_of(SELLER) == Sales()
    assert (await reload(store, order)).status == "complete"


async def test_unsettled_fields_of_an_earlier_release_are_tolerated(store: MongoOrderStore, database: Database) -> None:
    await sold(store)
    await database.collection("orders").update_many({}, {"$unset": {"judged": "", "payments": ""}})
    assert await store.sales_of(SELLER) == Sales(sold=SOLD)


async def test_only_the_sellers_paid_orders_are_read(store: MongoOrderStore, database: Database) -> None:
    for seller_id in (SELLER, SELLER, new_id()):
        await sold(store, seller_id)
        await place(store, await listed(store, seller_id))
    profiled = database.everything
    await profiled.command("profile", 2)
    await store.sales_of(SELLER)
    await profiled.command("profile", 0)
    [plan] = await profiled["system.profile"].find({"command.aggregate": "orders"}).to_list(10)
    assert (plan["planSummary"], plan["docsExamined"]) == ("IXSCAN { seller_id: 1 }", 2)


async def test_sales_as_the_api_shows_them(app: FastAPI, memory: InMemoryDatabase, store: MongoOrderStore) -> None:
    await refund(store, *await sold(store), 250)
    async with served_in_memory(app, memory, store=store) as client:
        response = await client.get("/api/orders/sales", headers=cookie_for(SELLER))
    assert response.json() == {"sold": {"count": 1, "amount": 12.5}, "refunded": {"count": 1, "amount": 2.5}}


async def test_sales_need_a_session(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/orders/sales")).status_code == 401
